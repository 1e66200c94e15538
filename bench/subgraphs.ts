// npm run bench:subgraphs [-- --requests 400]  CPU per request of auth answering user references, beside stock Apollo
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { openDatabase } from '@puchi/auth/store/database'
import { writeAudit } from '@puchi/auth/store/record'
import { createLog } from '@puchi/platform/log'
import { sign } from '@puchi/platform/signature'
import { bareViewer } from '@puchi/platform/viewer'
import { deploy } from '@puchi/prisma/migrate'
import pg from 'pg'
import { startPostgres } from '../dev/postgres.ts'
import type { Variant } from './subgraphs/server.ts'

const { values } = parseArgs({ options: { requests: { type: 'string', default: '400' } } })
const requests = Number(values.requests)
const rounds = 5
const concurrency = 8
const people = 2_000
const secret = 's'.repeat(32)
const folder = mkdtempSync(join(tmpdir(), 'puchi-bench-'))
const postgres = await startPostgres({ dataDir: join(folder, 'data') })
const databaseUrl = await postgres.ensureDatabase('bench')

await deploy('auth', databaseUrl)
const owner = new pg.Client({ connectionString: databaseUrl })
await owner.connect()
await owner.query(
  `INSERT INTO users (id, email, email_verified, details_at)
   SELECT 'user_' || n, n || '@example.com', true, now() FROM generate_series(1, $1::int) n`,
  [people],
)
await owner.query(
  "INSERT INTO user_roles (user_id, role_name) SELECT id, unnest('{student,user}'::text[]) FROM users",
)
await owner.query('ANALYZE')
await owner.end()

const env = {
  ...process.env,
  NODE_ENV: 'production',
  LOG_LEVEL: 'silent',
  HOST: '127.0.0.1',
  AUTH_PORT: '0',
  AUTH_ADMIN_PORT: '0',
  AUTH_DATABASE_URL: databaseUrl,
  BROKER_FOLDER: folder,
  RABBITMQ_URL: 'amqp://in-process',
  ROUTER_SECRETS: secret,
  ROUTER_CREDENTIALS: secret,
  CLERK_ISSUER: 'http://127.0.0.1:9',
  CLERK_JWKS_URL: 'http://127.0.0.1:9',
  CLERK_AUTHORIZED_PARTIES: 'http://localhost:3000',
  CLERK_SECRET_KEY: 'sk_test_none',
  CLERK_API_URL: 'http://127.0.0.1:9',
  CLERK_WEBHOOK_SECRETS: 'whsec_dGVzdA==',
}

type Running = { variant: Variant; child: ChildProcess; url: string }

async function launch(variant: Variant): Promise<Running> {
  const child = fork(new URL('subgraphs/server.ts', import.meta.url), [variant], { env })
  const [{ url }] = (await once(child, 'message')) as [{ url: string }]
  return { variant, child, url }
}

async function cpuOf({ child }: Running): Promise<number> {
  const said = once(child, 'message')
  child.send('cpu')
  const [{ user, system }] = (await said) as [NodeJS.CpuUsage]
  return user + system
}

const query =
  'query($r: [_Any!]!) { _entities(representations: $r) { ... on User { id email status roles } } }'
const viewer = { ...bareViewer({ userId: 'user_1', sessionId: 'sess_1' }), permissions: ['admin:users'] }

async function ask({ url }: Running, references: number): Promise<void> {
  const r = Array.from({ length: references }, () => ({
    __typename: 'User',
    id: `user_${1 + Math.floor(Math.random() * people)}`,
  }))
  const body = JSON.stringify({ query, variables: { r } })
  const signed = sign(secret, { path: '/graphql', body, viewer })
  const headers = { 'content-type': 'application/json', ...signed }
  const answer = await fetch(url, { method: 'POST', body, headers })
  const { data } = (await answer.json()) as { data: { _entities: { email: string | null }[] } }
  if (data._entities.some(({ email }) => email === null)) throw new Error('an answer lacks what was asked')
}

/** Microseconds of the server's CPU for one request. */
async function measure(running: Running, references: number, count: number): Promise<number> {
  const before = await cpuOf(running)
  for (let sent = 0; sent < count; sent += concurrency)
    await Promise.all(Array.from({ length: concurrency }, () => ask(running, references)))
  return ((await cpuOf(running)) - before) / count
}

const median = (all: number[]): number =>
  all.toSorted((a, b) => a - b)[Math.floor(all.length / 2)] ?? Number.NaN

const servers = await Promise.all((['ours', 'stock, findUnique', 'stock, findFirst'] as const).map(launch))
for (const references of [1, 100]) {
  const count = references === 1 ? requests : requests / 4
  const taken = new Map<Variant, number[]>(servers.map(({ variant }) => [variant, []]))
  for (const server of servers) await measure(server, references, count)
  for (let round = 0; round < rounds; round += 1)
    for (const server of servers) taken.get(server.variant)?.push(await measure(server, references, count))
  const ours = median(taken.get('ours') ?? [])
  for (const [variant, all] of taken)
    console.log(
      `${references} references, ${variant}: ${median(all).toFixed(0)} µs CPU a request, ${(median(all) / ours).toFixed(1)} times ours`,
    )
}
for (const { child } of servers) child.kill()

const writers = 50
const rows = 1_500
const database = openDatabase(databaseUrl, createLog('bench', 'error'))
const by = { userId: 'user_1', sessionId: null, ip: null, userAgent: null }
let left = rows
const began = performance.now()
const write = async () => {
  while (left-- > 0)
    await database.prisma.$transaction(
      (tx) => writeAudit(tx, by, [{ action: 'auth.login', resource: 'session', resourceId: 's' }]),
      {
        maxWait: 20_000,
      },
    )
}
await Promise.all(Array.from({ length: writers }, write))
console.log(
  `audit log: ${((rows * 1_000) / (performance.now() - began)).toFixed(0)} rows a second from ${writers} writers`,
)
await database.close()
await postgres.stop()
rmSync(folder, { recursive: true })
