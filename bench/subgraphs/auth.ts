import { openDatabase } from '@puchi/auth/store/database'
import { writeAudit } from '@puchi/auth/store/record'
import { bareViewer } from '@puchi/platform/identity/viewer'
import { createLog } from '@puchi/platform/log'
import { deploy } from '@puchi/prisma/migrate'
import pg from 'pg'
import { median } from '../percentile.ts'
import { asking } from './ask.ts'
import { type About, callerEnv } from './environment.ts'
import { atOnce, cpuOf, launch, type Running } from './process.ts'
import type { Variant } from './server.ts'

const rounds = 4
const people = 2_000

const env = (folder: string, databaseUrl: string): NodeJS.ProcessEnv => ({
  ...callerEnv(folder),
  AUTH_PORT: '0',
  AUTH_ADMIN_PORT: '0',
  AUTH_DATABASE_URL: databaseUrl,
  REFRESH_TOKEN_SECRETS: 'r'.repeat(32),
  CLERK_SECRET_KEY: 'sk_test_none',
  CLERK_API_URL: 'http://127.0.0.1:9',
  CLERK_WEBHOOK_SECRETS: 'whsec_dGVzdA==',
})

async function fill(databaseUrl: string): Promise<void> {
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
}

type Server = Running & { variant: Variant }

const query =
  'query($r: [_Any!]!) { _entities(representations: $r) { ... on User { id email status roles } } }'
const viewer = { ...bareViewer({ userId: 'user_1', sessionId: 'sess_1' }), permissions: ['admin:users'] }

const references = (ids: readonly string[]) => ({
  query,
  variables: { r: ids.map((id) => ({ __typename: 'User', id })) },
})
const anybody = () => `user_${1 + Math.floor(Math.random() * people)}`

/** What every server answers to the same question must be the same text, but for the order of a user's roles. */
async function compare(servers: readonly Server[]): Promise<void> {
  const asked = references(Array.from({ length: 100 }, (_, i) => `user_${1 + ((i * 37) % people)}`))
  const texts = await Promise.all(
    servers.map(async ({ url }) => {
      const { data } = JSON.parse(await asking(url)(asked, viewer)) as {
        data: { _entities: { roles: string[] }[] }
      }
      return JSON.stringify(data['_entities'].map((user) => ({ ...user, roles: user.roles.toSorted() })))
    }),
  )
  if (new Set(texts).size !== 1) throw new Error('the servers answer the same references differently')
  console.log(`100 references: ${texts.length} servers, the same ${texts[0]?.length} bytes`)
}

/** Microseconds of the server's CPU for one request. */
async function measure(server: Server, count: number, requests: number): Promise<number> {
  const ask = asking(server.url)
  const before = await cpuOf(server)
  // Few at once of the large ones: a stock server asks a statement for each reference, and its pool would run dry.
  await atOnce(requests, count === 1 ? 8 : 2, async () => {
    const text = await ask(references(Array.from({ length: count }, anybody)), viewer)
    if (text.includes('"email":null')) throw new Error('an answer lacks what was asked')
  })
  return ((await cpuOf(server)) - before) / requests
}

/** How many times ours each stock server costs at least. */
const goals: Record<number, Partial<Record<Variant, number>>> = {
  1: { 'stock, findUnique': 2 },
  100: { 'stock, findUnique': 2.5, 'stock, findFirst': 5 },
}

async function compareCpu(servers: readonly Server[], count: number, requests: number): Promise<string[]> {
  const taken = new Map<Variant, number[]>(servers.map(({ variant }) => [variant, []]))
  for (const server of servers) await measure(server, count, requests)
  for (let round = 0; round < rounds; round += 1)
    for (const server of servers) taken.get(server.variant)?.push(await measure(server, count, requests))
  const ours = median(taken.get('ours') ?? [])
  return Array.from(taken).flatMap(([variant, all]) => {
    const times = median(all) / ours
    const goal = goals[count]?.[variant]
    const told = goal === undefined ? '' : `, goal ${goal} ${times >= goal ? 'met' : 'MISSED'}`
    const what = `auth, ${count} references, ${variant}`
    console.log(`${what}: ${median(all).toFixed(0)} µs CPU a request, ${times.toFixed(1)} times ours${told}`)
    return goal !== undefined && times < goal ? [what] : []
  })
}

const writers = 50
const rows = 1_500
const wanted = 300

async function auditRate(databaseUrl: string): Promise<string[]> {
  const database = openDatabase(databaseUrl, createLog('bench', 'error'))
  const by = { userId: 'user_1', sessionId: null, ip: null, userAgent: null }
  const entry = { action: 'auth.login', resource: 'session', resourceId: 's' } as const
  const began = performance.now()
  await atOnce(rows, writers, () =>
    database.prisma.$transaction((tx) => writeAudit(tx, by, [entry]), { maxWait: 20_000 }),
  )
  const rate = (rows * 1_000) / (performance.now() - began)
  const verdict = `goal ${wanted} ${rate >= wanted ? 'met' : 'MISSED'}`
  console.log(`audit log: ${rate.toFixed(0)} rows a second from ${writers} writers, ${verdict}`)
  await database.close()
  return rate >= wanted ? [] : ['audit log']
}

/** Auth beside stock Apollo on the same schema and database. Answers what misses its goal. */
export async function benchAuth({ databaseUrl, folder, requests }: About): Promise<string[]> {
  const url = await databaseUrl('auth')
  await fill(url)
  const variants = ['ours', 'stock, findUnique', 'stock, findFirst'] as const
  const servers = await Promise.all(
    variants.map(async (variant) => ({
      variant,
      ...(await launch('server.ts', [variant], env(folder, url))),
    })),
  )
  try {
    await compare(servers)
    return [
      ...(await compareCpu(servers, 1, requests)),
      ...(await compareCpu(servers, 100, requests / 8)),
      ...(await auditRate(url)),
    ]
  } finally {
    for (const { child } of servers) child.kill()
  }
}
