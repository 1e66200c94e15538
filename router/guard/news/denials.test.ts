import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Message } from '@puchi/platform/broker'
import { bareViewer } from '@puchi/platform/identity/viewer'
import { createLog } from '@puchi/platform/log'
import { decode } from '@puchi/schema/events/envelope'
import { createDenials } from './denials.ts'

const identity = { userId: 'user_lan', sessionId: 'sess_1' }

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
