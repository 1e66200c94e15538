import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { outageOf } from '@puchi/platform/database/outage'
import { openPool } from '@puchi/platform/database/pool'
import { deploy } from '@puchi/prisma/migrate'
import { seed } from '@puchi/prisma/seed'
import pg from 'pg'
import { percentile } from '../../bench/percentile.ts'
import { namedOperation } from '../harness/operations.ts'
import { startProxy } from '../harness/proxy.ts'
import { type Stack, startStack } from '../harness/stack.ts'
import { until } from '../harness/until.ts'
import { createCrashing } from './chaos.ts'
import { quiet } from './ground.ts'

const folder = mkdtempSync(join(tmpdir(), 'puchi-databases-'))
const asOwner = async <Row extends object>(text: string): Promise<Row[]> => {
  const client = new pg.Client({ connectionString: postgres.url() })
  client.on('error', () => {})
  await client.connect()
  return client
    .query<Row>(text)
    .then(({ rows }) => rows)
    .finally(() => client.end())
}
const postmaster = async () => {
  const [row] = await asOwner<{ text: string }>(`SELECT pg_read_file('postmaster.pid') AS text`)
  return Number(row?.text.split('\n', 1)[0])
}
const postgres = await createCrashing(join(folder, 'data'), postmaster)

/** A migrated and seeded database of a service on the server that breaks. */
async function databaseOf(service: string): Promise<URL> {
  const url = await postgres.ensureDatabase(service)
  await deploy(service, url)
  await seed(service, url)
  return new URL(url)
}

let toAuth: Awaited<ReturnType<typeof startProxy>>
let toUser: typeof toAuth
let stack: Stack
let token: string
before(async () => {
  const [auth, user] = await Promise.all(['auth', 'user'].map(databaseOf))
  const target = { host: '127.0.0.1', port: Number(auth?.port) }
  toAuth = await startProxy(target)
  toUser = await startProxy(target)
  const through = (url: URL | undefined, { port }: { port: number }) =>
    Object.assign(new URL(url?.href ?? ''), { port: String(port) }).href
  stack = await startStack({
    AUTH_DATABASE_URL: through(auth, toAuth),
    USER_DATABASE_URL: through(user, toUser),
  })
  token = await stack.token('anpham')
  await until('everybody answers', async () => (await ask()).codes.length === 0)
})
after(async () => {
  await stack.close()
  await toAuth.close()
  await toUser.close()
  await postgres.stop()
  rmSync(folder, { recursive: true, force: true })
  // Node 24.21 now and then spins for ever in its last cleanup (uv_run below CleanupHandles) once a server was killed under
  // open connections. Everything is closed by now, and other listeners of `exit` come before this one.
  process.once('exit', () => process.exit())
})

// Each asks under a name of its own: what is asked alike at one time would be fetched once.
let asked = 0
const query = () => `query Asked${++asked % 50} { userByUsername(username: "anpham") { id username email } }`

async function ask() {
  const begin = performance.now()
  const { status, body } = await stack.ask(query(), { token })
  const codes = (body.errors ?? []).map(({ extensions }) => extensions['code'])
  return { status, user: body.data?.userByUsername, codes, ms: performance.now() - begin }
}

test('D5 while the database of auth is away, user’s fields are all there, and auth’s are null with a code', async () => {
  toAuth.cut()
  for (let i = 0; i < 20; i += 1) {
    const { status, user, codes } = await ask()
    assert.deepEqual([status, user], [200, { id: 'user_anpham', username: 'anpham', email: null }])
    assert.deepEqual(codes, ['SUBGRAPH_UNAVAILABLE'])
  }
  const page = await stack.ask(namedOperation('ProfilePage'), { token, variables: { username: 'anpham' } })
  assert.deepEqual([page.status, page.body.errors], [200, undefined])
  const { stats, followers, dailyActivity } = page.body.data.userByUsername
  assert(stats.totalXp > 0 && followers.edges.length > 0 && dailyActivity.length > 0)
  assert(page.body.data.leaderboard.edges.length > 0)
  toAuth.mend()
  await until('auth’s fields are back', async () => (await ask()).user.email === 'anpham@example.com', 5_000)
})

test('D5 a viewer who is asked of both is null in neither while one database is away', async () => {
  const me = async () => (await stack.ask('{ me { id username email } }', { token })).body.data?.me
  const whole = { id: 'user_anpham', username: 'anpham', email: 'anpham@example.com' }
  for (const [link, lost] of [
    [toAuth, { email: null }],
    [toUser, { username: null }],
  ] as const) {
    link.cut()
    assert.deepEqual(await me(), { ...whole, ...lost })
    link.mend()
    await until('all is well', async () => (await me())?.email !== null && (await me())?.username !== null)
  }
  assert.deepEqual(await me(), whole)
})

test('D5 while its database is away a service stays ready, and names it as what it is without', async () => {
  const [, auth, user] = stack.adminUrls
  const health = async (adminUrl = '') => (await fetch(`${adminUrl}/readyz`)).text()
  toAuth.cut()
  await until('auth names it', async () => (await health(auth)) === '{"ready":true,"degraded":["database"]}')
  assert.equal(await health(user), '{"ready":true,"degraded":[]}')
  toAuth.mend()
  await until('auth has it again', async () => (await health(auth)) === '{"ready":true,"degraded":[]}')
})

test('D2 when every connection is cut the reads that follow heal within two seconds', async () => {
  const kill = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()`
  await Promise.all(Array.from({ length: 10 }, ask))
  const errors: unknown[] = []
  const asking = Promise.all(
    Array.from({ length: 20 }, async () => {
      for (let i = 0; i < 10; i += 1) errors.push(...(await ask()).codes)
    }),
  )
  await asOwner(kill)
  await asking
  assert(errors.length <= 10, `${errors.length} errors`)
  await until('all is well', async () => (await ask()).codes.length === 0, 2_000)
})

test('D2 a read whose connection is cut is asked once more; a write is not', async () => {
  const pool = openPool(postgres.url(), quiet)
  const cutMe = 'pg_terminate_backend(pg_backend_pid())'
  await pool.query('CREATE TABLE asked (n serial)')
  let reads = 0
  pool.on('acquire', () => {
    reads += 1
  })
  await assert.rejects(pool.query(`SELECT ${cutMe}`))
  assert.equal(reads, 2)
  await assert.rejects(pool.query(`INSERT INTO asked SELECT 1 WHERE ${cutMe}`))
  assert.equal(reads, 3)
  await pool.end()
})

test('D11 over a link that is 200 ms slow and breaks at each hundredth packet, 99 of 100 reads are answered within two seconds', async () => {
  let packets = 0
  let broken = 0
  toUser.slow(100)
  toUser.onServerData(({ client }) => {
    packets += 1
    if (packets % 100 !== 0) return true
    broken += 1
    client.resetAndDestroy()
    return false
  })
  const answers: Awaited<ReturnType<typeof ask>>[] = []
  await Promise.all(
    Array.from({ length: 8 }, async () => {
      for (let i = 0; i < 40; i += 1) answers.push(await ask())
    }),
  )
  toUser.slow(0)
  toUser.onServerData(() => true)
  const good = answers.filter(({ user, codes }) => codes.length === 0 && user.username === 'anpham')
  const times = answers.map(({ ms }) => ms)
  const slowest = percentile(times, 0.99)
  assert(broken >= 3, `${broken} connections broke`)
  assert(good.length >= 0.99 * answers.length, `${good.length} of ${answers.length}`)
  assert(slowest < 2_000, `${slowest} ms`)
})

test('D4 who waits for a connection longer than two seconds is turned away, and all is well soon after', async () => {
  const pool = openPool(postgres.url(), quiet)
  const begin = performance.now()
  const results = await Promise.allSettled(
    Array.from({ length: 200 }, () => pool.query('SELECT pg_sleep(10)')),
  )
  const codes = results.map((one) => one.status === 'rejected' && outageOf(one.reason)?.extensions.code)
  assert.equal(codes.filter((code) => code === 'OVERLOADED').length, 190)
  assert.equal(codes.filter((code) => code === 'SERVICE_UNAVAILABLE').length, 10)
  assert(performance.now() - begin < 4_500)
  assert.equal((await pool.query('SELECT 1 AS one')).rows[0].one, 1)
  await pool.end()
})

test('D1 a database that is stopped at once is told of fast, ends nobody, and is used again when it is back', async () => {
  const seen: Awaited<ReturnType<typeof ask>>[] = []
  let isBack = false
  const asking = (async () => {
    while (!isBack) seen.push(await ask())
  })()
  await postgres.crash().finally(() => {
    isBack = true
  })
  await asking
  const failed = seen.filter(({ codes }) => codes.length > 0)
  assert(failed.length > 0)
  const codes = new Set(failed.flatMap((one) => one.codes))
  assert.deepEqual([...codes], ['SUBGRAPH_UNAVAILABLE'])
  const slowest = Math.max(...failed.map(({ ms }) => ms))
  assert(slowest <= 2_500, `${slowest} ms`)
  await until('all is well', async () => (await ask()).codes.length === 0, 5_000)
})
