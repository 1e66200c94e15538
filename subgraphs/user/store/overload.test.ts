import assert from 'node:assert/strict'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { test } from 'node:test'
import { outageOf } from '@puchi/platform/database/outage'
import { until } from '../../../tests/harness/until.ts'
import { userOnDatabase } from '../../../tests/harness/user-database.ts'

const { database, execute, by } = await userOnDatabase()
const ask = (query: string) => execute(query, by('user_lan'))
const reading = '{ user(id: "user_lan") { id } }'
const changing = 'mutation { updateProfile(input: { bio: "x" }) { user { id } } }'

test('D4 whoever waits two seconds for a connection is told OVERLOADED, and soon all is well again', async (t) => {
  for (const query of [reading, changing]) assert.deepEqual((await ask(query)).codes, [])
  const taken = await Promise.all(Array.from({ length: 10 }, () => database.pool.connect()))
  const giveBack = () => {
    for (const client of taken.splice(0)) client.release()
  }
  t.after(giveBack)
  const asked = Array.from({ length: 200 }, (_, i) => ask(i % 10 === 0 ? changing : reading))
  await until('all wait', () => database.pool.waitingCount === 200)

  const lag = monitorEventLoopDelay({ resolution: 10 })
  lag.enable()
  const began = performance.now()
  await assert.rejects(
    database.pool.query('SELECT 1'),
    (error) => outageOf(error)?.extensions.code === 'OVERLOADED',
  )
  const waited = performance.now() - began
  assert(waited < 2_500, `waited ${waited} ms`)
  lag.disable()
  assert(lag.percentile(99) / 1e6 < 100, `the event loop stood still for ${lag.percentile(99) / 1e6} ms`)

  for (const answer of await Promise.all(asked)) assert.deepEqual(answer.codes, ['OVERLOADED'])
  giveBack()
  await until('it answers again', async () => (await ask(reading)).errors.length === 0, 5_000)
})
