import assert from 'node:assert/strict'
import { test } from 'node:test'
import { databaseFor } from '../tests/harness/database.ts'
import { until } from '../tests/harness/until.ts'
import { connected } from './connected.ts'

test('a connection that is lost while nothing runs on it fails the next query, and not the process', async () => {
  const url = await databaseFor('auth')
  const work = connected(url, async (db) => {
    const { rows } = await db.query('SELECT pg_backend_pid() AS pid')
    await connected(url, async (other) => {
      await other.query('SELECT pg_terminate_backend($1)', [rows[0].pid])
      const isThere = async () =>
        (await other.query('SELECT FROM pg_stat_activity WHERE pid = $1', [rows[0].pid])).rowCount
      await until('it is gone', async () => !(await isThere()))
    })
    await db.query('SELECT 1')
  })
  await assert.rejects(work, /connection/i)
})
