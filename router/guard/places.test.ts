import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { createLog } from '@puchi/platform/log'
import { createTelemetry } from '@puchi/platform/telemetry'
import { redis, startRedis } from '../../tests/harness/redis.ts'
import { until } from '../../tests/harness/until.ts'
import { type Counters, countAlone, openCounters } from './counters.ts'
import type { Take } from './places.ts'

const held = new AsyncDisposableStack()
after(() => held.disposeAsync())

const lease = 900

async function opened() {
  const store = await startRedis()
  held.defer(store.close)
  async function process() {
    const log = createLog('test', 'silent')
    const telemetry = createTelemetry('test')
    const counters = await openCounters(store.url, { own: countAlone(), log, telemetry, lease })
    await ready(counters)
    return counters
  }
  return { store, process }
}

const ready = (counters: Counters) => until('Redis is there', () => counters.degraded().length === 0)

const isFree = async (take: Take, key: string, most: number): Promise<boolean> => {
  const back = await take(key, most)
  back?.()
  return back !== undefined
}

test('a place is held for as long as its process lives, and a lease longer', {
  skip: redis.skip,
}, async () => {
  const { process } = await opened()
  const [first, second] = [await process(), await process()]
  held.defer(second.close)
  assert(await first.take('lan', 2))
  assert(await second.take('lan', 2))
  assert(await second.take('minh', 2), 'another key is not meant')
  const begin = performance.now()
  while (performance.now() - begin < 3 * lease) {
    assert.equal(await isFree(second.take, 'lan', 2), false)
    await pause(lease / 3)
  }
  // As a process does that is killed: its connection ends, and it gives nothing back.
  await first.close()
  assert.equal(await isFree(second.take, 'lan', 2), false)
  const took = await until('the leases are over', () => isFree(second.take, 'lan', 2))
  assert(took < 2 * lease, String(took))
})

test('takes at once get as many places as there are, of whichever process', {
  skip: redis.skip,
}, async () => {
  const { process } = await opened()
  const all = [await process(), await process()]
  for (const { close } of all) held.defer(close)
  const taken = await Promise.all(Array.from({ length: 40 }, (_, at) => all[at % 2]?.take('lan', 7)))
  const backs = taken.filter((back) => back !== undefined)
  assert.equal(backs.length, 7)
  for (const back of backs) back()
  await until('all are free again', async () => {
    const again = await Promise.all(Array.from({ length: 7 }, (_, at) => all[at % 2]?.take('lan', 7)))
    for (const back of again) back?.()
    return again.every(Boolean)
  })
})

test('a store that comes back empty hears what is held', { skip: redis.skip }, async () => {
  const { store, process } = await opened()
  const [first, second] = [await process(), await process()]
  for (const { close } of [first, second]) held.defer(close)
  assert(await first.take('lan', 1))
  await store.kill()
  await until('both know', () => [first, second].every(({ degraded }) => degraded().length > 0))
  assert(await second.take('hoa', 1), 'each counts alone')
  assert.equal(await first.take('lan', 1), undefined)
  await store.start()
  await Promise.all([ready(first), ready(second)])
  await until('all is told', async () => !(await isFree(second.take, 'lan', 1)), lease)
  assert.equal(await first.take('hoa', 1), undefined)
})
