import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { breaches, type Contracts, contracts } from './event-contracts.ts'

const of = (shape: z.ZodRawShape, version = 1): Contracts => ({
  'user.followed': {
    version,
    data: z.toJSONSchema(z.object(shape), { io: 'input' }) as Contracts[string]['data'],
  },
})
const before = { userId: z.string(), note: z.string().optional(), place: z.object({ city: z.string() }) }

test('the contracts agree with themselves', () => {
  assert.deepEqual(breaches(contracts(), contracts()), [])
})

test('a new event, a new optional field, one optional field less and other words break nobody', () => {
  const { note, ...rest } = before
  const now = { ...rest, userId: z.string().describe('Who.'), since: z.string().optional() }
  assert.deepEqual(breaches(of(before), { ...of(now), 'user.unfollowed': { version: 1, data: {} } }), [])
})

test('a required field that goes, comes, is optional or has another type breaks a reader', () => {
  const { userId, ...rest } = before
  const broken: [z.ZodRawShape, RegExp][] = [
    [rest, /userId is gone/],
    [{ ...before, since: z.string() }, /since is required/],
    [{ ...before, userId: userId.optional() }, /userId is not required/],
    [{ ...before, note: z.string() }, /note is required now/],
    [{ ...before, userId: z.enum(['user_lan']) }, /userId has another type/],
    [{ ...before, place: z.object({ city: z.number() }) }, /place.city has another type/],
  ]
  for (const [now, message] of broken) {
    assert.match(breaches(of(before), of(now)).join(), message)
    assert.deepEqual(breaches(of(before), of(now, 2)), [], 'a higher version may')
  }
})

test('an event that goes, or a version that falls, breaks a reader', () => {
  assert.match(breaches(of(before), {}).join(), /user.followed is gone/)
  assert.match(breaches(of(before, 2), of(before, 1)).join(), /went back/)
})
