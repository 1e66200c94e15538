import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { type EventKind, sessionRevoked, userSuspended, userUpdated } from '@puchi/schema/events'
import { decode, encode } from '@puchi/schema/events/envelope'
import { createRevocations } from './revocations.ts'

const lan = { userId: 'user_lan', sessionId: 'sess_phone' }

const told = (kind: EventKind, data: object) => {
  const about = {
    id: randomUUID(),
    occurredAt: new Date().toISOString(),
    correlationId: 'request-1',
    actor: null,
  }
  return decode(encode(kind, { ...about, aggregate: { id: 'user_lan', version: 1 } }, data))
}

test('a revoked session is refused from the moment auth tells of it, and the other sessions of its user go on', () => {
  const revocations = createRevocations(60)
  assert.equal(revocations.has(lan), false)
  revocations.hear(told(sessionRevoked, lan))
  assert.equal(revocations.has(lan), true)
  assert.equal(revocations.has({ ...lan, sessionId: 'sess_laptop' }), false)
})

test('every session of a suspended user is refused', () => {
  const revocations = createRevocations(60)
  revocations.hear(told(userSuspended, { userId: 'user_lan' }))
  assert.equal(revocations.has({ ...lan, sessionId: 'sess_laptop' }), true)
  assert.equal(revocations.has({ userId: 'user_an', sessionId: 'sess_an' }), false)
})

test('a user who is reinstated comes in again', () => {
  const revocations = createRevocations(60)
  revocations.hear(told(userSuspended, { userId: 'user_lan' }))
  const account = { userId: 'user_lan', locale: null, usernameBase: null }
  revocations.hear(told(userUpdated, { ...account, status: 'SUSPENDED' }))
  assert.equal(revocations.has(lan), true)
  revocations.hear(told(userUpdated, { ...account, status: 'ACTIVE' }))
  assert.equal(revocations.has(lan), false)
})
