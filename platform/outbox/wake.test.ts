import { test } from 'node:test'
import { createSignal } from './wake.ts'

test('a signal wakes everyone who waits', async () => {
  const signal = createSignal()
  const waiting = [signal.after(0, 60_000), signal.after(0, 60_000)]
  signal.give()
  await Promise.all(waiting)
})

test('a signal given while nobody waited is not missed', async () => {
  const signal = createSignal()
  const seen = signal.count()
  signal.give()
  await signal.after(seen, 60_000)
})

test('without a signal the waiting ends by itself', async () => {
  await createSignal().after(0, 1)
})
