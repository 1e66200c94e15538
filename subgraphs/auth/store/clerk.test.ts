import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, test } from 'node:test'
import { until } from '../../../tests/harness/until.ts'
import { noticeIn } from '../events/clerk-notice.ts'
import { clerkAt } from './clerk.ts'

const email = (id: string, status: string) => ({
  object: 'email_address',
  id,
  email_address: `${id}@example.com`,
  verification: { object: 'verification_otp', status, strategy: 'email_code' },
  linked_to: [],
})
const lan = {
  object: 'user',
  id: 'user_lan',
  locale: 'vi-VN',
  updated_at: 1_700_000_000_000,
  external_accounts: ['oauth_google', 'oauth_tiktok', 'oauth_x'].map((provider, id) => ({
    object: 'external_account',
    id: String(id),
    provider,
  })),
  primary_email_address_id: 'two',
  email_addresses: [email('one', 'verified'), email('two', 'unverified')],
}

const servers: ReturnType<typeof createServer>[] = []
after(() => {
  for (const server of servers) server.close().closeAllConnections()
})

/** Clerk as a server of this process; nothing else answers as exactly as Clerk does. */
async function directoryAt(answer: RequestListener, options = {}) {
  const server = createServer(answer)
  servers.push(server)
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const apiUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return clerkAt({ secretKey: 'sk_test_1', apiUrl, ...options })
}
const json =
  (status: number, body: unknown): RequestListener =>
  (_, response) =>
    void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))

test('the details are those of the primary e-mail address', async () => {
  const directory = await directoryAt(json(200, lan))
  const details = {
    email: 'two@example.com',
    emailVerified: false,
    locale: 'vi-VN',
    linkedAccounts: ['google', 'tiktok'],
    banned: false,
    asOf: new Date(1_700_000_000_000),
  }
  assert.deepEqual(await directory.detailsOf('user_lan'), details)
  const told = noticeIn({ type: 'user.updated', data: lan })
  assert.deepEqual(told, { about: 'user', userId: 'user_lan', details }, 'a webhook says the same')
})

test('a user without e-mail or locale has none', async () => {
  const directory = await directoryAt(json(200, { object: 'user', id: 'user_lan' }))
  const details = {
    email: null,
    emailVerified: false,
    locale: null,
    linkedAccounts: [],
    banned: false,
    asOf: new Date(0),
  }
  assert.deepEqual(await directory.detailsOf('user_lan'), details)
})

test('a user that Clerk does not know is null', async () => {
  const directory = await directoryAt(json(404, { errors: [{ code: 'resource_not_found', message: 'no' }] }))
  assert.equal(await directory.detailsOf('user_lan'), null)
})

test('whatever else Clerk answers is thrown, for a later try', async () => {
  for (const answer of [json(500, { errors: [] }), json(200, { object: 'user', id: 'user_an' })])
    await assert.rejects((await directoryAt(answer)).detailsOf('user_lan'))
  await assert.rejects((await directoryAt((_, response) => response.end('hello'))).detailsOf('user_lan'))
})

test('a Clerk that never answers is given up in time, and is not asked without end', async () => {
  const directory = await directoryAt(() => {}, { patience: 50, most: 2 })
  const asked = ['user_a', 'user_b', 'user_c'].map((id) => directory.detailsOf(id))
  const results = await Promise.allSettled(asked)
  const reasons = results.map((result) => (result.status === 'rejected' ? result.reason : {}))
  assert.equal(reasons[0].extensions.code, 'SERVICE_UNAVAILABLE')
  assert.match(reasons[0].cause, /not done within 50 ms/)
  assert.match(reasons[2].cause, /2 questions to Clerk are under way/)
})

test('as soon as Clerk answers again it is asked again, however many questions it left without an answer', async () => {
  let hangs = true
  const answers = json(200, lan)
  const directory = await directoryAt((...call) => (hangs ? undefined : answers(...call)), {
    patience: 100,
    most: 2,
  })
  const left = ['user_a', 'user_b'].map((id) => assert.rejects(directory.detailsOf(id)))
  await Promise.all(left)
  hangs = false
  const isAnswered = () => directory.detailsOf('user_lan').then(Boolean, () => false)
  await until('Clerk is asked again', isAnswered, 5_000)
})

test('an id that is none never reaches Clerk', async () => {
  const directory = await directoryAt(() => assert.fail('asked'))
  assert.equal(await directory.detailsOf('user_a/../b'), null)
})

const session = {
  object: 'session',
  id: 'sess_1',
  user_id: 'user_lan',
  status: 'active',
  created_at: 1_000,
  expire_at: 2_000,
  latest_activity: { object: 'session_activity', id: 'a', is_mobile: true, city: 'Hanoi', country: 'VN' },
}

test('a session is what Clerk says of it while it is active, and null afterwards', async () => {
  const clerk = await directoryAt(json(200, session))
  assert.deepEqual(await clerk.sessionOf('sess_1'), {
    userId: 'user_lan',
    createdAt: new Date(1_000),
    expiresAt: new Date(2_000),
    location: 'Hanoi, VN',
  })
  const ended = await directoryAt(json(200, { ...session, status: 'revoked' }))
  assert.equal(await ended.sessionOf('sess_1'), null)
})

test('a fresh token is minted for a live session, and for no other', async () => {
  const asked: string[] = []
  const clerk = await directoryAt((request, response) => {
    asked.push(`${request.method} ${request.url}`)
    json(200, { object: 'token', jwt: 'a.b.c' })(request, response)
  })
  assert.equal(await clerk.tokenOf('sess_1'), 'a.b.c')
  assert.deepEqual(asked, ['POST /v1/sessions/sess_1/tokens'])
  for (const [status, code] of [
    [404, 'resource_not_found'],
    [401, 'authentication_invalid'],
    [422, 'x'],
  ] as const)
    assert.equal(
      await (await directoryAt(json(status, { errors: [{ code, message: '' }] }))).tokenOf('sess_1'),
      null,
    )
})

test('a wrong key, a full quota and a Clerk that is down are nobody’s ended session', async () => {
  const unavailable = { extensions: { code: 'SERVICE_UNAVAILABLE' } }
  for (const [status, code] of [
    [401, 'clerk_key_invalid'],
    [429, 'too_many_requests'],
    [503, 'x'],
  ] as const)
    await assert.rejects(
      (await directoryAt(json(status, { errors: [{ code, message: '' }] }))).end('sess_1'),
      unavailable,
    )
  const down = clerkAt({ secretKey: 'sk_test_1', apiUrl: 'http://127.0.0.1:9' })
  await assert.rejects(down.ban('user_lan'), unavailable)
})
