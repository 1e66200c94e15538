import assert from 'node:assert/strict'
import { test } from 'node:test'
import pg from 'pg'
import { databaseFor } from '../../tests/harness/database.ts'
import { serviceLogin } from './service-login.ts'

const ask = async (connectionString: string, text: string) => {
  const client = new pg.Client({ connectionString })
  await client.connect()
  return client.query(text).finally(() => client.end())
}

test('U1 what npm start runs as auth reads and adds to history, and can do nothing else to it', async () => {
  const owner = await databaseFor('auth')
  const urls = await Promise.all([1, 2, 3].map(() => serviceLogin('auth', owner)))
  const [url = ''] = urls
  assert.equal(new URL(url).username, 'auth_login')
  await ask(
    url,
    `INSERT INTO audit_log (action, resource, resource_id, metadata) VALUES ('a', 'user', 'u', '{}')`,
  )
  assert.equal((await ask(url, 'SELECT * FROM audit_log')).rowCount, 1)
  for (const harm of [
    `UPDATE audit_log SET action = 'b'`,
    'DELETE FROM audit_log',
    'TRUNCATE audit_log',
    'DROP TABLE audit_log',
    'ALTER TABLE audit_log DISABLE TRIGGER ALL',
    'SET ROLE postgres',
  ])
    await assert.rejects(ask(url, harm), { code: '42501' }, harm)
})

test('what npm start runs as user keeps rows, and can neither change a table nor the list of migrations', async () => {
  const url = await serviceLogin('user', await databaseFor('user'))
  assert.equal(new URL(url).username, 'user_login')
  await ask(url, "INSERT INTO learners (id) VALUES ('user_lan')")
  assert.equal((await ask(url, 'DELETE FROM learners')).rowCount, 1)
  for (const harm of [
    'DROP TABLE learners',
    'TRUNCATE learners CASCADE',
    'ALTER TABLE learners ADD COLUMN x int',
    'CREATE TABLE x (n int)',
    'SELECT FROM _prisma_migrations',
    'DELETE FROM _prisma_migrations',
    'SET ROLE postgres',
  ])
    await assert.rejects(ask(url, harm), { code: '42501' }, harm)
})

test('a service whose migrations make no role for it owns its database', async () => {
  const owner = await databaseFor('auth')
  assert.equal(await serviceLogin('nobody', owner), owner)
})
