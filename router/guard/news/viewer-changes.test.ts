import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bareViewer } from '@puchi/platform/identity/viewer'
import { createViewers } from '@puchi/platform/identity/viewers'
import { createTelemetry } from '@puchi/platform/telemetry'
import { roleGranted, sessionRevoked } from '@puchi/schema/events'
import { decode, encode } from '@puchi/schema/events/envelope'
import { hearingOf } from './viewer-changes.ts'

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
