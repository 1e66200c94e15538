import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { vhostFor } from '../harness/rabbit.ts'
import { until } from '../harness/until.ts'
import { startCarrier } from './carriers.ts'
import { award, numberOf, openGround } from './ground.ts'

test('P6 a consumer that is told to stop finishes the event it has begun, and nobody repeats it', async () => {
  const ground = await openGround()
  const options = { databaseUrl: ground.url, rabbitUrl: (await vhostFor()).url() }
  const leaving = startCarrier({ ...options, failpoint: 'slow' })
  await award(ground.transact, 'user_1')
  // Other tests have handlers at work on the same server.
  const begun = `pg_stat_activity WHERE datname = current_database() AND state = 'idle in transaction'
    AND query LIKE 'INSERT INTO effects%'`
  await until('the handler is at work', async () => (await numberOf(ground.pool, begun)) === 1, 20_000)
  const told = performance.now()
  leaving.kill('SIGTERM')
  const [code] = await once(leaving, 'exit')
  assert.equal(code, 0)
  assert(performance.now() - told < 20_000)
  // Whatever it left, another one would take now.
  startCarrier(options)
  await award(ground.transact, 'user_2')
  await until(
    'the next event has its effect',
    async () => (await numberOf(ground.pool, "effects WHERE user_id = 'user_2'")) === 1,
    20_000,
  )
  assert.equal(await numberOf(ground.pool, "effects WHERE user_id = 'user_1'"), 1)
})
