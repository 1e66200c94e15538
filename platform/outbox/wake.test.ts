import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { createSignal } from './wake.ts'

test('a signal wakes the one who waits longest, and at the end everyone', async () => {
  const signal = createSignal()
  const woken: number[] = []
  const waiting = [1, 2, 3].map((who) => signal.after(0, 60_000).then(() => woken.push(who)))
  signal.give()
  await waiting[0]
  assert.deepEqual(woken, [1])
  signal.giveAll()
  await Promise.all(waiting)
  assert.deepEqual(woken, [1, 2, 3])
})

test('a signal given while nobody waited is not missed', async () => {
  const signal = createSignal()
  const seen = signal.count()
  signal.give()
  const told = signal.after(seen, 60_000).then(() => 'told')
  assert.equal(await Promise.race([told, setImmediate('waiting')]), 'told')
})

test('without a signal the waiting ends by itself', async () => {
  await createSignal().after(0, 1)
})
