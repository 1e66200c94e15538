import { fork } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { learners } from '@puchi/prisma/learners'
import { deploy, services } from '@puchi/prisma/migrate'
import { seed } from '@puchi/prisma/seed'
import pg from 'pg'
import { inProcess } from '../../dev/broker.ts'
import { type Postgres, startPostgres } from '../../dev/postgres.ts'
import { supergraphFile } from '../../dev/services.ts'
import { addMemory, compareOn, type Effort } from './compare.ts'
import type { Figures } from './figures.ts'
import { type Gateway, folder as gateways, meterOf } from './gateways.ts'
import { load } from './load.ts'
import { openMint } from './mint.ts'

const text = (name: string) =>
  readFileSync(new URL(`../../schema/operations/${name}.graphql`, import.meta.url), 'utf8')

let attempts = 0
const recordProgress = () => {
  attempts += 1
  const idempotencyKey = `bench-${process.pid}-${attempts}`
  const input = { lessonId: 'lesson-1', percent: 80, correct: 8, total: 10, seconds: 60, idempotencyKey }
  return JSON.stringify({ query: text('record-progress'), variables: { input } })
}
const topBar = JSON.stringify({ query: text('top-bar') })
const profilePage = JSON.stringify({
  query: text('profile-page'),
  variables: { username: learners[0]?.username, from: '2026-09-01', to: '2026-11-25', weeks: 12 },
})

/** Everybody has an answer of their own: it may hold no error. */
const asked = {
  TopBar: () => topBar,
  ProfilePage: () => profilePage,
  recordProgress,
}

/** Our whole stack beside the same rules and SQL behind stock parts, each in one process, on one PostgreSQL. */
export async function compareStacks(folder: string, effort: Effort): Promise<Figures> {
  await using held = new AsyncDisposableStack()
  const postgres = await startPostgres({ dataDir: join(folder, 'data') })
  held.defer(postgres.stop)
  const mint = await openMint(Array.from({ length: people }, (_, index) => `user_${index}`))
  held.defer(async () => mint.close())
  const env: NodeJS.ProcessEnv = { ...common, CLERK_ISSUER: mint.url, CLERK_JWKS_URL: mint.jwksUrl }
  env['BROKER_FOLDER'] = folder
  Object.assign(env, await databases(postgres))
  const stacks: Gateway[] = []
  for (const name of ['ours', 'stock']) {
    const stack = await startStack(name, env, mint.tokens)
    held.defer(stack.close)
    // Everybody's first request has rows to write and a viewer to ask for.
    await load(stack, topBar, { ms: 4_000, connections: 16, fits: () => true })
    stacks.push(stack)
  }
  const figures: Figures = {}
  for (const [name, body] of Object.entries(asked))
    figures[name] = await compareOn(name, { gateways: stacks, body, effort })
  await addMemory(figures, stacks)
  return figures
}

/** The demo learners, and so many more that requests under way are of different people. */
async function databases(postgres: Postgres): Promise<Record<string, string>> {
  const urls: Record<string, string> = {}
  for (const service of services()) {
    const url = await postgres.ensureDatabase(service)
    await deploy(service, url)
    await seed(service, url)
    urls[`${service.toUpperCase()}_DATABASE_URL`] = url
  }
  await add(urls['AUTH_DATABASE_URL'], [
    `INSERT INTO users (id, email, email_verified, details_at) SELECT 'user_' || n, n || '@example.com', true, now() ${everybody}`,
  ])
  await add(urls['USER_DATABASE_URL'], [
    `INSERT INTO learners (id, username, first_name) SELECT 'user_' || n, 'learner-' || n, 'Lan' ${everybody}`,
    `INSERT INTO preferences (learner_id) SELECT 'user_' || n ${everybody}`,
    `INSERT INTO stats (learner_id) SELECT 'user_' || n ${everybody}`,
  ])
  return urls
}

async function add(url: string | undefined, statements: readonly string[]): Promise<void> {
  const db = new pg.Client({ connectionString: url })
  await db.connect()
  try {
    for (const statement of statements) await db.query(statement)
  } finally {
    await db.end()
  }
}

const people = 100
const everybody = `FROM generate_series(0, ${people} - 1) n`
const secret = 's'.repeat(32)
const nowhere = 'http://127.0.0.1:9'
const ports = ['ROUTER', 'AUTH', 'USER'].flatMap((part) => [`${part}_PORT`, `${part}_ADMIN_PORT`])

const common = {
  PATH: process.env['PATH'],
  NODE_ENV: 'production',
  LOG_LEVEL: 'silent',
  HOST: '127.0.0.1',
  ...Object.fromEntries(ports.map((name) => [name, '0'])),
  SUPERGRAPH_FILE: supergraphFile,
  RABBITMQ_URL: inProcess,
  ROUTER_SECRETS: secret,
  ROUTER_CREDENTIALS: secret,
  ROUTER_MAX_LAG_MS: '60000',
  MUTATIONS_PER_MINUTE: '1000000',
  TOKEN_MAX_SECONDS: '7200',
  CLERK_AUTHORIZED_PARTIES: 'http://localhost:3000',
  CORS_ORIGINS: 'http://localhost:3000',
  REFRESH_TOKEN_SECRETS: secret,
  CLERK_SECRET_KEY: 'sk_test_none',
  CLERK_API_URL: nowhere,
  CLERK_WEBHOOK_SECRETS: 'whsec_dGVzdA==',
}

async function startStack(name: string, env: NodeJS.ProcessEnv, tokens: readonly string[]): Promise<Gateway> {
  const begin = performance.now()
  const child = fork(new URL(`stack/${name}.ts`, import.meta.url), [], {
    execArgv: ['--import', join(gateways, 'meter.mjs')],
    env,
    stdio: ['ignore', 2, 2, 'ipc'],
  })
  const [told] = (await Promise.race([once(child, 'message'), once(child, 'exit')])) as [{ url?: string }]
  if (!told?.url) throw new Error(`The ${name} stack does not start`)
  const startMs = performance.now() - begin
  return { name, url: told.url, startMs, ...meterOf(child, tokens) }
}
