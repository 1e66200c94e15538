import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import { test } from 'node:test'
import pg from 'pg'
import type { Log } from '../log.ts'
import { surviveLostConnections } from './pool.ts'

test('a connection that is lost is told in a line, and not once the pool ends', async () => {
  const lines: unknown[] = []
  const pool = new pg.Pool()
  surviveLostConnections(pool, { warn: (about: unknown) => void lines.push(about) } as Log)
  const client = new EventEmitter()
  pool.emit('connect', client as pg.PoolClient)
  client.emit('error', new Error('terminating connection due to administrator command'))
  assert.deepEqual(lines, [{ why: 'terminating connection due to administrator command' }])
  await pool.end()
  client.emit('error', new Error('terminating connection due to administrator command'))
  assert.equal(lines.length, 1)
})
