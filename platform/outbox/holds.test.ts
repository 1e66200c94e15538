import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createHolds } from './holds.ts'

test('an aggregate that cannot be published is left alone for longer each time, at most 30 s', () => {
  let now = 0
  const holds = createHolds(() => now)
  const pauses = Array.from({ length: 9 }, () => {
    holds.hold('user_lan')
    const began = now
    while (holds.held().length > 0) now += 100
    return now - began
  })
  assert.deepEqual(pauses, [500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000])
})

test('an aggregate that was published begins anew', () => {
  let now = 0
  const holds = createHolds(() => now)
  for (let tries = 0; tries < 5; tries += 1) holds.hold('user_lan')
  holds.free('user_lan')
  assert.deepEqual(holds.held(), [])
  holds.hold('user_lan')
  now = 500
  assert.deepEqual(holds.held(), [])
})

test('however many aggregates are stuck, the relay remembers ten thousand', () => {
  const holds = createHolds(() => 0)
  for (let index = 0; index < 10_050; index += 1) holds.hold(`user_${index}`)
  assert.equal(holds.held().length, 10_000)
  assert.equal(holds.held()[0], 'user_50')
})
