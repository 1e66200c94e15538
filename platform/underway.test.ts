import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createUnderway } from './underway.ts'

test('what was begun is waited for, and no longer counted once it is done', async () => {
  const underway = createUnderway()
  const { promise, resolve } = Promise.withResolvers<void>()
  const kept = underway.keep(promise)
  let isSettled = false
  const settled = underway.settled().then(() => {
    isSettled = true
  })
  await new Promise(setImmediate)
  assert.deepEqual([underway.size(), isSettled], [1, false])
  resolve()
  await Promise.all([kept, settled])
  assert.equal(underway.size(), 0)
})
