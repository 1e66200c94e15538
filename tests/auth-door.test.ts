import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { sign } from '@puchi/platform/identity/signature'
import { asOwner } from './harness/auth-database.ts'
import { startAuth } from './harness/auth-service.ts'
import { routerSecret } from './harness/caller.ts'
import { databaseFor } from './harness/database.ts'
import { svixHeaders, userEvent } from './harness/webhook.ts'

const secrets = ['old', 'new'].map((name) => `whsec_${Buffer.from(`${name}-secret`).toString('base64')}`)
const url = await databaseFor('auth')
let auth: Awaited<ReturnType<typeof startAuth>>

before(async () => {
  auth = await startAuth(url, { CLERK_WEBHOOK_SECRETS: secrets.join() })
})
after(async () => {
  await auth.close()
})

type Delivery = { id?: string; time?: number; secret?: string | null; body?: string; signed?: string }

/** Delivers a webhook as Svix does, or with something wrong about it. */
async function deliver({
  id = 'msg_1',
  time = Date.now(),
  secret = secrets[1],
  body = userEvent('a'),
  signed = body,
}: Delivery) {
  const headers = svixHeaders({ id, time, secret: secret ?? '', text: signed })
  const response = await fetch(new URL('/webhooks/clerk', auth.url), {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(secret === null ? {} : headers) },
    body,
  })
  return response.status
}

const emailOf = async (id: string) =>
  (await asOwner<{ email: string | null }>(url, 'SELECT email FROM users WHERE id = $1', [id]))[0]?.email
const count = async (what: string) =>
  (await asOwner<{ n: number }>(url, `SELECT count(*)::int n FROM ${what}`))[0]?.n

test('A19 a webhook that is not signed, stale, from the future or written anew is refused and changes nothing', async () => {
  const body = userEvent('a')
  const statuses = [
    await deliver({ secret: 'whsec_b3RoZXI=' }),
    await deliver({ secret: null }),
    await deliver({ time: Date.now() - 302_000 }),
    await deliver({ time: Date.now() + 302_000 }),
    await deliver({ body: JSON.stringify(JSON.parse(body), null, 1), signed: body }),
  ]
  assert.deepEqual(statuses, [400, 400, 400, 400, 400])
  assert.deepEqual([await emailOf('user_hook'), await count('webhook_deliveries')], [undefined, 0])
})

test('A20 a webhook that is delivered five times is answered each time and applied once', async () => {
  const statuses = await Promise.all(Array.from({ length: 5 }, () => deliver({})))
  assert.deepEqual(statuses, [200, 200, 200, 200, 200])
  assert.equal(await emailOf('user_hook'), 'a@example.com')
  assert.equal(await count("outbox WHERE key = 'auth.user.created'"), 1)
})

test('A21 of webhooks out of order the newest wins, and a deleted user stays deleted', async () => {
  await deliver({ id: 'msg_3', body: userEvent('newest', { updated_at: 3_000 }) })
  await deliver({ id: 'msg_2', body: userEvent('older', { updated_at: 2_000 }) })
  assert.equal(await emailOf('user_hook'), 'newest@example.com')
  const gone = JSON.stringify({
    object: 'event',
    type: 'user.deleted',
    data: { object: 'user', id: 'user_hook', deleted: true },
  })
  await deliver({ id: 'msg_4', body: gone })
  await deliver({ id: 'msg_5', body: userEvent('late', { updated_at: 9_000 }) })
  assert.deepEqual(await asOwner(url, "SELECT status::text, email FROM users WHERE id = 'user_hook'"), [
    { status: 'DELETED', email: null },
  ])
})

test('a webhook of a time that cannot be, or has not come, is refused, and later ones are applied', async () => {
  const absurd = [8.64e15, 8.64e15 + 1, 1e300, -8.64e15, Date.now() + 3_600_000, 'x', null]
  for (const [index, updated_at] of absurd.entries()) {
    const body = userEvent('absurd', { id: 'user_timely', updated_at })
    assert.equal(await deliver({ id: `msg_absurd_${index}`, body }), 400, String(updated_at))
  }
  const body = userEvent('timely', { id: 'user_timely', updated_at: Date.now() })
  assert.equal(await deliver({ id: 'msg_timely', body }), 200)
  assert.equal(await emailOf('user_timely'), 'timely@example.com')
})

test('an e-mail that no database can keep is left out', async () => {
  for (const [index, name] of ['a\0', 'a\ud800'].entries())
    assert.equal(await deliver({ id: `msg_odd_${index}`, body: userEvent(name, { id: 'user_odd' }) }), 200)
  assert.equal(await emailOf('user_odd'), null)
})

test('A22 a webhook of a megabyte is refused unread', async () => {
  assert.equal(await deliver({ body: userEvent('x'.repeat(1_000_000)) }), 413)
})

test('a webhook that is no POST is told so', async () => {
  const { status, headers } = await fetch(new URL('/webhooks/clerk', auth.url))
  assert.deepEqual([status, headers.get('allow')], [405, 'POST'])
})

test('A23 while one secret replaces another both sign', async () => {
  for (const [index, secret] of secrets.entries())
    assert.equal(
      await deliver({ id: `msg_rotate_${index}`, secret, body: userEvent('r', { id: `user_r${index}` }) }),
      200,
    )
  assert.deepEqual([await emailOf('user_r0'), await emailOf('user_r1')], ['r@example.com', 'r@example.com'])
})

test('a webhook about a session records it, and one about its end voids it for the router', async () => {
  const session = {
    object: 'session',
    id: 'sess_hook',
    user_id: 'user_r0',
    status: 'active',
    created_at: 1_000,
    expire_at: 4_000_000_000_000,
  }
  const event = (type: string) => JSON.stringify({ object: 'event', type, data: session })
  await deliver({ id: 'msg_s1', body: event('session.created') })
  assert.equal((await viewer({ userId: 'user_r0', sessionId: 'sess_hook' })).body.viewer.status, 'ACTIVE')
  await deliver({ id: 'msg_s2', body: event('session.revoked') })
  assert.deepEqual((await viewer({ userId: 'user_r0', sessionId: 'sess_hook' })).body, { viewer: null })
  assert.equal(await deliver({ id: 'msg_s3', body: event('email.created') }), 200)
})

async function viewer(identity: object, secret = routerSecret, path = '/internal/viewer') {
  const body = JSON.stringify(identity)
  const response = await fetch(new URL('/internal/viewer', auth.url), {
    method: 'POST',
    body,
    headers: sign(secret, { viewer: null }, { path, body }),
  })
  return {
    status: response.status,
    body: (await response.json()) as { viewer: { permissions: string[]; status: string } },
  }
}

test('a viewer is told to whoever signs for this very path, and to nobody else', async () => {
  const identity = { userId: 'user_new', sessionId: 'sess_new' }
  const { status, body } = await viewer(identity)
  const permissions = ['profile:read', 'profile:write']
  assert.deepEqual([status, body], [200, { viewer: { ...identity, status: 'ACTIVE', permissions } }])
  assert.equal((await viewer(identity, 'x'.repeat(32))).status, 401)
  assert.equal((await viewer(identity, routerSecret, '/graphql')).status, 401)
  assert.equal((await viewer({ userId: 'x' })).status, 400)
})
