import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { start } from '@puchi/auth/main'
import { bareViewer } from '@puchi/platform/viewer'
import { asOwner, asService } from './harness/auth-database.ts'
import { callerEnv, send, signedCall } from './harness/caller.ts'
import { databaseFor } from './harness/database.ts'

const url = await databaseFor('auth')

const knowsNobody: RequestListener = (_, response) =>
  void response.writeHead(404, { 'content-type': 'application/json' }).end('{"errors":[]}')
const hangs: RequestListener = () => {}
const clerk = { answer: knowsNobody }
const server = createServer((request, response) => clerk.answer(request, response))
await once(server.listen(0, '127.0.0.1'), 'listening')
const clerkUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

const auth = await start({
  ...callerEnv('http://127.0.0.1:9'),
  AUTH_PORT: '0',
  AUTH_ADMIN_PORT: '0',
  AUTH_DATABASE_URL: asService(url),
  CLERK_SECRET_KEY: 'sk_test_away',
  CLERK_API_URL: clerkUrl,
  CLERK_WEBHOOK_SECRETS: 'whsec_dGVzdA==',
})
after(async () => {
  await auth.close()
  server.close().closeAllConnections()
})

async function ask(userId: string, query: string, permissions: string[] = []) {
  const viewer = { ...bareViewer({ userId, sessionId: `sess_${userId.slice(5)}` }), permissions }
  const began = performance.now()
  const { json } = await send(auth.url, signedCall({ query }, viewer))
  const { data, errors } = json()
  return { ms: performance.now() - began, data, code: errors?.[0].extensions.code as string | undefined }
}

/** All that a refused change must leave as it was. */
const state = async () =>
  asOwner(
    url,
    `SELECT (SELECT json_agg(u ORDER BY id) FROM users u)::text AS users,
      (SELECT json_agg(s ORDER BY id) FROM sessions s)::text AS sessions,
      (SELECT count(*) FROM outbox)::int AS told, (SELECT count(*) FROM audit_log)::int AS audited`,
  )

const people = Array.from({ length: 30 }, (_, i) => `user_p${i}`)

test('while Clerk hangs reads are prompt, and what needs it fails in three seconds and changes nothing', async () => {
  for (const id of [...people, 'user_reader']) await ask(id, '{ me { id } }')
  await ask('user_admin', '{ me { id } }')
  clerk.answer = hangs
  const before = await state()
  const leaving = people.map((id, i) =>
    i % 3
      ? ask(id, 'mutation { logout { session { id } } }')
      : ask('user_admin', `mutation { suspendUser(userId: "${id}") { user { id } } }`, ['admin:users']),
  )
  let areLeaving = true
  const left = Promise.all(leaving).finally(() => {
    areLeaving = false
  })
  let slowest = 0
  while (areLeaving) {
    const { data, ms } = await ask('user_reader', '{ me { id sessions { id } } }')
    assert.deepEqual(data, { me: { id: 'user_reader', sessions: [] } })
    slowest = Math.max(slowest, ms)
    await pause(20)
  }
  assert(slowest < 500, `the slowest read took ${slowest} ms`)
  const answers = await left
  assert.deepEqual(new Set(answers.map(({ code }) => code)), new Set(['SERVICE_UNAVAILABLE']))
  const last = Math.max(...answers.map(({ ms }) => ms))
  assert(last < 3_500, `the last answer took ${last} ms`)
  assert.deepEqual(await state(), before)
})
