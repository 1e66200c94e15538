import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { bareViewer } from '@puchi/platform/identity/viewer'
import { asOwner } from './harness/auth-database.ts'
import { startAuth } from './harness/auth-service.ts'
import { send, signedCall } from './harness/caller.ts'
import { databaseFor } from './harness/database.ts'

const url = await databaseFor('auth')

const knowsNobody: RequestListener = (_, response) =>
  void response.writeHead(404, { 'content-type': 'application/json' }).end('{"errors":[]}')
const knowsSession: RequestListener = (_, response) => {
  const times = { created_at: Date.now(), expire_at: Date.now() + 86_400_000 }
  const session = { object: 'session', id: 'sess_lan', user_id: 'user_lan', status: 'active', ...times }
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(session))
}
const hangs: RequestListener = () => {}
const clerk = { answer: knowsNobody }
const server = createServer((request, response) => clerk.answer(request, response))
await once(server.listen(0, '127.0.0.1'), 'listening')
const clerkUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

const auth = await startAuth(url, { CLERK_API_URL: clerkUrl })
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

test('a new key of Clerk’s changes no refresh token, and a new key of our own is taken up beside the old one', async () => {
  clerk.answer = knowsSession
  const loginWith = async (env: NodeJS.ProcessEnv) => {
    const service = await startAuth(url, { CLERK_API_URL: clerkUrl, ...env })
    const viewer = bareViewer({ userId: 'user_lan', sessionId: 'sess_lan' })
    const { json } = await send(
      service.url,
      signedCall({ query: 'mutation { login { refreshToken } }' }, viewer),
    )
    await service.close()
    return json().data.login.refreshToken as string | null
  }
  const [old, fresh] = ['o'.repeat(32), 'n'.repeat(32)]
  const first = await loginWith({ REFRESH_TOKEN_SECRETS: old, CLERK_SECRET_KEY: 'sk_test_one' })
  assert.match(first ?? '', /^rt_/)
  assert.equal(await loginWith({ REFRESH_TOKEN_SECRETS: old, CLERK_SECRET_KEY: 'sk_test_two' }), first)
  assert.equal(await loginWith({ REFRESH_TOKEN_SECRETS: `${fresh},${old}` }), first)
  assert.equal(await loginWith({ REFRESH_TOKEN_SECRETS: fresh }), null)
})
