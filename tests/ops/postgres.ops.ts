import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { deploy } from '@puchi/prisma/migrate'
import pg from 'pg'
import { startPostgres } from '../../dev/postgres.ts'
import { root } from '../../dev/subgraphs.ts'
import { need } from '../harness/tools.ts'

const psql = need('psql')

const passwords = Object.fromEntries(
  ['AUTH_OWNER', 'AUTH_DB', 'USER_OWNER', 'USER_DB', 'EXPORTER_DB'].map((name) => [
    `${name}_PASSWORD`,
    `it's-${name}`,
  ]),
)

test("the server's first start makes what migrations and services need, and no more", {
  skip: psql.skip,
}, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'puchi-init-'))
  const server = await startPostgres({ dataDir: join(folder, 'data'), durable: false })
  try {
    const env = { ...process.env, ...passwords, POSTGRES_USER: 'postgres', PGHOST: '127.0.0.1' }
    const init = spawnSync('sh', [`${root}/deploy/postgres/init.sh`], {
      env: { ...env, PGPORT: String(server.port) },
      encoding: 'utf8',
    })
    assert.equal(init.status, 0, init.stderr)
    const as = (login: string, database: string) =>
      `postgresql://${login}@127.0.0.1:${server.port}/${database}`
    for (const service of ['auth', 'user']) await deploy(service, as(`${service}_owner`, service))
    await mayAs(as('auth_svc', 'auth'), 'SELECT count(*) FROM users')
    await mayAs(as('auth_svc', 'auth'), 'INSERT INTO outbox SELECT * FROM outbox')
    await mayNotAs(as('auth_svc', 'auth'), 'DELETE FROM audit_log')
    await mayNotAs(as('auth_svc', 'auth'), 'DROP TABLE users')
    await mayAs(as('user_svc', 'user'), 'SELECT count(*) FROM learners')
    await mayAs(as('user_svc', 'user'), 'DELETE FROM learners')
    await mayNotAs(as('user_svc', 'user'), 'DROP TABLE learners')
    await mayNotAs(as('user_svc', 'auth'), 'SELECT 1')
    await mayNotAs(as('auth_svc', 'user'), 'SELECT 1')
    await mayAs(as('exporter', 'postgres'), 'SELECT * FROM pg_stat_activity')
  } finally {
    await server.stop()
    rmSync(folder, { recursive: true })
  }
})

async function mayAs(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  try {
    await client.connect()
    await client.query(statement)
  } finally {
    await client.end()
  }
}

const mayNotAs = (url: string, statement: string): Promise<void> =>
  assert.rejects(mayAs(url, statement), /permission denied|must be owner/, statement)
