import assert from 'node:assert/strict'
import { test } from 'node:test'
import { oncePerKey } from './once.ts'

test('work is done once for a key, by however many it is wanted at the same time', async () => {
  const done: string[] = []
  const once = oncePerKey(async (key) => void done.push(key))
  await Promise.all([once('a'), once('a'), once('b')])
  await once('a')
  assert.deepEqual(done, ['a', 'b'])
})

test('work that failed is done again at the next call', async () => {
  let tries = 0
  const once = oncePerKey(async () => {
    tries += 1
    if (tries === 1) throw new Error('not yet')
  })
  await assert.rejects(once('a'), /not yet/)
  await once('a')
  assert.equal(tries, 2)
})

test('a forgotten key is worked on again, not before its time', async () => {
  let tries = 0
  const once = oncePerKey(async () => {
    tries += 1
  })
  await once('a')
  once.forget('a', 60_000)
  await once('a')
  assert.equal(tries, 1)
  once.forget('a', 1)
  while (tries === 1) await Promise.all([once('a'), new Promise(setImmediate)])
  assert.equal(tries, 2)
})

test('only the last keys are remembered', async () => {
  let tries = 0
  const once = oncePerKey(async () => {
    tries += 1
  }, 2)
  for (const key of ['a', 'b', 'c', 'a']) await once(key)
  assert.equal(tries, 4)
})
