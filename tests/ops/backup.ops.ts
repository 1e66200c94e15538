import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { verifyAudit } from '@puchi/auth/commands/audit-verify'
import { deploy } from '@puchi/prisma/migrate'
import { seed } from '@puchi/prisma/seed'
import pg from 'pg'
import { startPostgres } from '../../dev/postgres.ts'
import { root } from '../../dev/subgraphs.ts'
import { need } from '../harness/tools.ts'
import { needPgClient } from './pg-client.ts'

const client = needPgClient()
const psql = need('psql')
const folder = mkdtempSync(join(tmpdir(), 'puchi-backup-'))
after(() => rmSync(folder, { recursive: true }))
const services = ['auth', 'user']

const passwords = Object.fromEntries(
  ['AUTH_OWNER', 'AUTH_DB', 'USER_OWNER', 'USER_DB', 'EXPORTER_DB'].map((name) => [`${name}_PASSWORD`, 'x']),
)

function run(script: string, args: string[], env: NodeJS.ProcessEnv): void {
  const { status, stderr } = spawnSync('sh', [`${root}/deploy/postgres/${script}`, ...args], {
    env: { ...process.env, ...env, PATH: `${client.path}:${process.env['PATH']}` },
    encoding: 'utf8',
  })
  assert.equal(status, 0, stderr)
}

/** A new server as compose makes it: roles and empty databases. */
async function newServer(name: string) {
  const server = await startPostgres({ dataDir: join(folder, name), durable: false })
  const at = { PGHOST: '127.0.0.1', PGPORT: String(server.port), POSTGRES_USER: 'postgres' }
  run('init.sh', [], { ...passwords, ...at })
  const as = (login: string, database: string) => `postgresql://${login}@127.0.0.1:${server.port}/${database}`
  const env = { AUTH_MIGRATE_URL: as('auth_owner', 'auth'), USER_MIGRATE_URL: as('user_owner', 'user') }
  return { as, env, stop: server.stop }
}

async function rows(url: string, statement: string): Promise<unknown[]> {
  const connection = new pg.Client({ connectionString: url })
  await connection.connect()
  return connection
    .query(statement)
    .then(({ rows }) => rows)
    .finally(() => connection.end())
}

/** How many rows each table has, and the sum of what stands in them. */
async function contents(url: string): Promise<Record<string, string>> {
  const tables = (await rows(
    url,
    "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY 1",
  )) as { name: string }[]
  const sums = tables.map(async ({ name }) => {
    const [row] = (await rows(
      url,
      `SELECT count(*) || ' ' || coalesce(md5(string_agg(t::text, '|' ORDER BY t::text)), '') AS sum FROM "${name}" t`,
    )) as { sum: string }[]
    return [name, row?.sum ?? ''] as const
  })
  return Object.fromEntries(await Promise.all(sums))
}

test('what was backed up stands in a new server, every row of it, with the same rights and raised versions', {
  skip: client.skip || psql.skip,
}, async () => {
  const old = await newServer('old')
  const fresh = await newServer('new')
  try {
    for (const service of services) {
      await deploy(service, old.as(`${service}_owner`, service))
      await seed(service, old.as(`${service}_owner`, service))
      await rows(old.as(`${service}_owner`, service), "INSERT INTO aggregates VALUES ('user_anpham', 7)")
    }
    run('backup.sh', [join(folder, 'backup')], old.env)
    run('restore.sh', [join(folder, 'backup')], fresh.env)
    for (const service of services) {
      const owner = `${service}_owner`
      const before = await contents(old.as(owner, service))
      assert(Object.keys(before).length > 8)
      const { aggregates, ...after } = await contents(fresh.as(owner, service))
      assert.deepEqual({ ...after, aggregates: before['aggregates'] }, before)
      const versions = await rows(fresh.as(owner, service), 'SELECT id, version::int FROM aggregates')
      assert.deepEqual(versions, [{ id: 'user_anpham', version: 1_000_007 }])
      assert.deepEqual(await deploy(service, fresh.as(owner, service)), [], 'nothing is left to migrate')
    }
    assert(!('why' in (await verifyAudit(fresh.as('auth_svc', 'auth'), []))))
    await rows(fresh.as('user_svc', 'user'), 'DELETE FROM learners WHERE false')
    await assert.rejects(rows(fresh.as('auth_svc', 'auth'), 'DELETE FROM audit_log'), /permission denied/)
  } finally {
    await old.stop()
    await fresh.stop()
  }
})

test('a backup is not restored over what is there', { skip: client.skip || psql.skip }, async () => {
  const server = await newServer('full')
  try {
    for (const service of services) await deploy(service, server.as(`${service}_owner`, service))
    await seed('user', server.as('user_owner', 'user'))
    const before = await contents(server.as('user_owner', 'user'))
    run('backup.sh', [join(folder, 'again')], server.env)
    assert.throws(() => run('restore.sh', [join(folder, 'again')], server.env), /already exists/)
    assert.deepEqual(await contents(server.as('user_owner', 'user')), before)
  } finally {
    await server.stop()
  }
})
