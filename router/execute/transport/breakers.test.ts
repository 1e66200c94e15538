import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createTelemetry } from '@puchi/platform/telemetry'
import { viewerOf } from '../../../tests/harness/caller.ts'
import { createBreakers } from './breakers.ts'
import { NoAnswer } from './no-answer.ts'

const late = () => new NoAnswer('SUBGRAPH_TIMEOUT', 'no answer in 5000 ms')

const callerOf = (userId?: string) => ({ viewer: userId === undefined ? null : viewerOf(userId) })
const another = callerOf('another')

/** Whether the breaker is open once a fetch for each caller has failed; meanwhile others are answered, or nobody is. */
async function opensBy(
  callers: readonly (string | undefined)[],
  others: number,
  failure = late,
): Promise<boolean> {
  const breaker = createBreakers(createTelemetry('test')).of('reviews', 'http://reviews')
  const { promise, resolve } = Promise.withResolvers<void>()
  const failing = callers.map((caller) =>
    breaker(() => promise.then(() => Promise.reject(failure())), callerOf(caller)),
  )
  for (let at = 0; at < others; at++) await breaker(async () => 'an answer', another)
  resolve()
  await Promise.allSettled(failing)
  return breaker(async () => false, another).catch(() => true)
}

const one = Array.from({ length: 40 }, () => 'user one')
const many = Array.from({ length: 40 }, (_, at) => `user ${at}`)

test('one caller’s time-outs take a subgraph away from nobody while it answers others; those of many do', async () => {
  assert.equal(await opensBy(one, 1), false)
  assert.equal(await opensBy(one, 30), false)
  assert.equal(await opensBy(many, 30), true)
  assert.equal(await opensBy(many.slice(0, 5), 15), false)
})

test('where nobody knows who calls, every time-out counts', async () => {
  const unknown = one.map(() => undefined)
  assert.equal(await opensBy(unknown, 30), true)
  assert.equal(await opensBy(unknown.slice(0, 15), 30), false)
})

test('a subgraph that answers nobody is left alone after twenty time-outs, whoever asked', async () => {
  assert.equal(await opensBy(one.slice(0, 20), 0), true)
  assert.equal(await opensBy(one.slice(0, 19), 0), false)
})

test('what is no time-out counts each time, and what is refused never', async () => {
  assert.equal(await opensBy(one, 30, () => new NoAnswer('SUBGRAPH_UNAVAILABLE', 'status 502')), true)
  assert.equal(
    await opensBy(many, 0, () => new NoAnswer('SUBGRAPH_UNAVAILABLE', 'status 413', { refused: true })),
    false,
  )
})
