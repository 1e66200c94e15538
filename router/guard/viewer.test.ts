import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Message } from '@puchi/platform/broker'
import { createLog } from '@puchi/platform/log'
import { createTelemetry } from '@puchi/platform/telemetry'
import { bareViewer } from '@puchi/platform/viewer'
import { createViewers } from '@puchi/platform/viewers'
import { roleGranted, sessionRevoked } from '@puchi/schema/events'
import { decode, encode } from '@puchi/schema/events/envelope'
import { createDenials } from './denials.ts'
import { hearingOf } from './viewer.ts'

const identity = { userId: 'user_lan', sessionId: 'sess_1' }
const token = { identity, expiresAt: Number.POSITIVE_INFINITY }
const about = {
  id: '00000000-0000-4000-8000-000000000000',
  occurredAt: new Date(0).toISOString(),
  correlationId: 'request-1',
  actor: null,
  aggregate: { id: 'user_lan', version: 1 },
}

test('a granted role is asked for anew, and an ended session is refused without asking', async () => {
  let asked = 0
  const ask = async () => {
    asked += 1
    return bareViewer(identity)
  }
  const viewers = createViewers({ ask, telemetry: createTelemetry('test') })
  const { hear } = hearingOf(viewers)
  await viewers.of(token)
  const grant = { userId: 'user_lan', role: 'teacher', permissionVersion: 1 }
  hear(decode(encode(roleGranted, about, grant)))
  await viewers.of(token)
  assert.equal(asked, 2)
  hear(decode(encode(sessionRevoked, about, identity)))
  await assert.rejects(viewers.of(token), { extensions: { code: 'UNAUTHENTICATED' } })
  assert.equal(asked, 2)
})

test('a denial is told once for user, field and minute, and again where it could not be told', async () => {
  const told: Message[] = []
  let time = 0
  let away = false
  const publish = async (message: Message) => {
    if (away) throw new Error('away')
    told.push(message)
  }
  const denied = createDenials({ publish }, createLog('router', 'silent'), () => time)
  for (let i = 0; i < 5; i += 1) denied(bareViewer(identity), 'Query.users')
  denied(bareViewer(identity), 'Query.roles')
  time = 60_000
  away = true
  denied(bareViewer(identity), 'Query.users')
  await new Promise(setImmediate)
  away = false
  denied(bareViewer(identity), 'Query.users')
  const fields = told.map(({ body }) => decode(body).data as { field?: string })
  assert.deepEqual(
    fields.map(({ field }) => field),
    ['Query.users', 'Query.roles', 'Query.users'],
  )
})
