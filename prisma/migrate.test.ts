import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import pg from 'pg'
import { databaseFor } from '../tests/harness/database.ts'
import { until } from '../tests/harness/until.ts'
import { drift } from './drift.ts'
import { deploy, migrateVariable, migrations, services } from './migrate.ts'
import { seed } from './seed.ts'

const migrator = new URL('migrate.ts', import.meta.url).pathname

async function ask(url: string, sql: string): Promise<unknown[]> {
  const db = new pg.Client({ connectionString: url })
  await db.connect()
  return db
    .query(sql)
    .then(({ rows }) => rows)
    .finally(() => db.end())
}

/** An empty database on the server of the tests. */
async function emptyDatabase(): Promise<string> {
  const url = new URL(await databaseFor('auth'))
  const name = `empty_${randomUUID().replaceAll('-', '')}`
  await ask(url.href, `CREATE DATABASE ${name} TEMPLATE template0`)
  return Object.assign(new URL(url), { pathname: `/${name}` }).href
}

async function run(args: string[], env: NodeJS.ProcessEnv = {}) {
  const child = spawn(process.execPath, [migrator, ...args], { env: { ...process.env, ...env } })
  const [out, error, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ])
  return { code, out, error }
}

test('D8 of two migrators at once one applies, the other finds nothing to do, and both succeed', async () => {
  const url = await emptyDatabase()
  const both = await Promise.all([1, 2].map(() => run(['deploy', 'auth'], { AUTH_MIGRATE_URL: url })))
  assert.deepEqual(
    both.map(({ code, error }) => ({ code, error })),
    [
      { code: 0, error: '' },
      { code: 0, error: '' },
    ],
  )
  assert.deepEqual(both.map(({ out }) => out.includes('nothing')).sort(), [false, true])
  const rows = await ask(url, 'SELECT migration_name FROM _prisma_migrations WHERE finished_at IS NOT NULL')
  assert.equal(rows.length, migrations('auth').length)
})

for (const service of services()) {
  test(`the migrations of ${service} say all that its schema.prisma says`, async () => {
    assert.equal(await drift(service, await databaseFor(service)), null)
  })

  test(`every foreign key of ${service} begins an index, and every time knows its zone`, async () => {
    const url = await databaseFor(service)
    const bare = `SELECT conname FROM pg_constraint c WHERE contype = 'f' AND NOT EXISTS (
      SELECT FROM pg_index i WHERE i.indrelid = c.conrelid AND i.indkey[0] = c.conkey[1])`
    assert.deepEqual(await ask(url, bare), [])
    const zoneless = `SELECT table_name, column_name FROM information_schema.columns
      WHERE table_schema = 'public' AND data_type = 'timestamp without time zone'`
    assert.deepEqual(await ask(url, zoneless), [])
  })

  test(`the demo learners of ${service} may be stored twice`, async () => {
    const url = await databaseFor(service)
    const [table] = service === 'auth' ? ['users'] : ['learners']
    await seed(service, url)
    const once = await ask(url, `SELECT * FROM ${table} ORDER BY id`)
    await seed(service, url)
    assert.deepEqual(await ask(url, `SELECT * FROM ${table} ORDER BY id`), once)
  })
}

test('a migrator whose connection is lost ends with a sentence, and the next one goes on', async () => {
  const url = await emptyDatabase()
  const other = new pg.Client({ connectionString: url })
  await other.connect()
  await other.query('BEGIN; CREATE TABLE users ()') // what the first migration wants to do
  const running = run(['deploy', 'auth'], { AUTH_MIGRATE_URL: url })
  const waiting = `FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`
  await until('it waits', async () => (await ask(url, `SELECT ${waiting}`)).length === 1)
  await ask(url, `SELECT pg_terminate_backend(pid) ${waiting}`)
  const { code, out, error } = await running
  const why = /^\w+_first: terminating connection due to administrator command$/
  assert.deepEqual([code, out], [1, ''])
  assert.match(error.trim(), why)
  await other.query('ROLLBACK')
  await other.end()
  assert.match((await run(['deploy', 'auth'], { AUTH_MIGRATE_URL: url })).out, /^auth: applied /)
})

test('the database itself refuses what the rules refuse', async () => {
  const url = await databaseFor('user')
  for (const [column, value] of [
    ['username', 'Lan'],
    ['first_name', ''],
    ['last_name', 'x'.repeat(51)],
    ['bio', 'x'.repeat(501)],
    ['avatar_url', 'http://a.example'],
  ])
    await assert.rejects(
      ask(url, `INSERT INTO learners (id, ${column}) VALUES ('user_a', '${value}')`),
      /check/,
    )
  await assert.rejects(ask(url, "INSERT INTO learners (id) VALUES ('lan')"), /learners_id_check/)
})

test('the system roles come with the migration', async () => {
  const rows = await ask(await databaseFor('auth'), 'SELECT name FROM roles WHERE system ORDER BY name')
  assert.deepEqual(
    rows,
    ['admin', 'student', 'teacher', 'user'].map((name) => ({ name })),
  )
})

test('a service that is none, or an address that is missing, is one clear sentence', async () => {
  const unknown = await run(['deploy', 'nobody'])
  assert.deepEqual([unknown.code, unknown.error], [1, 'Unknown service nobody; prisma/ has auth, user.\n'])
  const missing = await run(['deploy'], { AUTH_MIGRATE_URL: '', USER_MIGRATE_URL: '' })
  assert.deepEqual([missing.code, missing.error], [1, 'Set AUTH_MIGRATE_URL and USER_MIGRATE_URL first.\n'])
  assert.equal(migrateVariable('study-plan'), 'STUDY_PLAN_MIGRATE_URL')
  await assert.rejects(deploy('nobody', 'postgresql://localhost'), /Unknown service/)
})
