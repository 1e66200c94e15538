import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { agreeableClerk, asOwner, authOn } from '../../../tests/harness/auth-database.ts'
import { databaseFor } from '../../../tests/harness/database.ts'
import { by } from '../../../tests/harness/users.ts'
import { learnDetails, welcome } from '../domain/first-sight.ts'
import { receiver } from '../domain/notices.ts'
import { viewersIn } from './viewers.ts'

const url = await databaseFor('auth')
const auth = authOn(url)
const { commands } = auth
const viewerOf = viewersIn(auth.database)
const own = { ...by('user_lan', 'sess_lan_1'), ip: '10.0.0.1', userAgent: 'Mozilla/5.0 (iPhone)' }

before(() => welcome(auth.users, 'user_lan'))
after(auth.close)

const count = async (where: string): Promise<number> =>
  (await asOwner<{ n: number }>(url, `SELECT count(*)::int AS n FROM ${where}`))[0]?.n ?? -1

test('U7 twenty logins of one session at once are one session, one token and one audit row', async () => {
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => commands.login(own, { deviceName: 'Phone' })),
  )
  assert.equal(new Set(answers.map(({ refreshToken }) => refreshToken)).size, 1)
  assert.deepEqual(answers[19]?.session, answers[0]?.session)
  assert.equal(await count('refresh_tokens'), 1)
  assert.equal(await count("audit_log WHERE action = 'auth.login'"), 1)
  assert.equal(await count("outbox WHERE key = 'auth.session.created'"), 1)
  const [lan] = await auth.users.byIds(['user_lan'])
  assert(lan?.lastSignInAt)
})

test('A18 U9 twenty refreshes at once, and a retry of one whose answer was lost, get the same answer', async () => {
  const { refreshToken } = await commands.login(own, {})
  assert(refreshToken)
  const answers = await Promise.all(Array.from({ length: 20 }, () => commands.refresh(own, refreshToken)))
  answers.push(await commands.refresh(own, refreshToken))
  assert.equal(new Set(answers.map((one) => one.refreshToken)).size, 1)
  assert.equal(await count('refresh_tokens'), 2)
  assert.equal(await count("audit_log WHERE action = 'auth.refresh'"), 1)
})

test('A17 a rotated token that comes back late ends the session, its tokens and its viewer', async () => {
  const other = { ...own, sessionId: 'sess_lan_2' }
  const { refreshToken } = await commands.login(other, {})
  assert(refreshToken)
  const { refreshToken: next } = await commands.refresh(other, refreshToken)
  await asOwner(url, "UPDATE refresh_tokens SET rotated_at = rotated_at - interval '11 seconds'")
  await assert.rejects(commands.refresh(other, refreshToken), { extensions: { code: 'UNAUTHENTICATED' } })
  await assert.rejects(commands.refresh(other, next), { extensions: { code: 'UNAUTHENTICATED' } })
  assert.equal(await count("audit_log WHERE action = 'auth.refresh.reuse'"), 1)
  assert.equal(await viewerOf({ userId: 'user_lan', sessionId: 'sess_lan_2' }), null)
})

test('no token is kept, only its hash', async () => {
  const rows = await asOwner<{ hash: string }>(url, 'SELECT hash FROM refresh_tokens')
  for (const { hash } of rows) assert.match(hash, /^[0-9a-f]{64}$/)
  assert.equal(await count("audit_log WHERE metadata LIKE '%rt_%' OR user_agent LIKE '%rt_%'"), 0)
})

test('a viewer carries what the roles allow together, and notes the use of the session once a minute', async () => {
  await commands.assignRole(own, { userId: 'user_lan', role: 'student' })
  await asOwner(
    url,
    "UPDATE sessions SET last_used_at = now() - interval '2 minutes' WHERE id = 'sess_lan_1'",
  )
  const identity = { userId: 'user_lan', sessionId: 'sess_lan_1' }
  const permissions = ['lesson:read', 'profile:read', 'profile:write']
  assert.deepEqual(await viewerOf(identity), { ...identity, status: 'ACTIVE', permissions })
  const session = (await auth.sessions.liveOf(['user_lan']))[0]?.[0]
  assert(session && Date.now() - session.lastUsedAt.getTime() < 60_000)
})

test('signing out ends the session for its viewer at once, and is told', async () => {
  await commands.logout(own)
  assert.equal(await viewerOf({ userId: 'user_lan', sessionId: 'sess_lan_1' }), null)
  assert.deepEqual(await auth.sessions.liveOf(['user_lan']), [[]])
  assert.equal(await count("outbox WHERE key = 'auth.session.revoked'"), 2)
})

test('of the other sessions also those end that only Clerk knows of', async () => {
  const auth = authOn(url, {
    ...agreeableClerk,
    liveOf: async () => ['sess_mai_1', 'sess_mai_2', 'sess_mai_3'],
  })
  await welcome(auth.users, 'user_mai')
  const mai = by('user_mai', 'sess_mai_1')
  for (const sessionId of ['sess_mai_1', 'sess_mai_2']) await auth.commands.login({ ...mai, sessionId }, {})
  assert.equal(await auth.commands.revokeOtherSessions(mai), 2)
  for (const sessionId of ['sess_mai_2', 'sess_mai_3'])
    assert.equal(await viewerOf({ userId: 'user_mai', sessionId }), null)
  assert(await viewerOf({ userId: 'user_mai', sessionId: 'sess_mai_1' }))
  assert.equal(await count("outbox WHERE key = 'auth.session.revoked' AND aggregate_id = 'user_mai'"), 2)
  await auth.close()
})

test('a suspended user keeps no session, and can be told from one who is not there', async () => {
  await welcome(auth.users, 'user_an')
  await commands.login(by('user_an', 'sess_an_1'), {})
  await commands.suspend(own, 'user_an')
  assert.equal(await viewerOf({ userId: 'user_an', sessionId: 'sess_an_1' }), null)
  const other = await viewerOf({ userId: 'user_an', sessionId: 'sess_an_9' })
  assert.equal(other?.status, 'SUSPENDED')
})

test('what Clerk said before somebody was suspended does not undo it', async () => {
  await welcome(auth.users, 'user_early')
  await commands.suspend(own, 'user_early')
  const known = { email: null, emailVerified: false, locale: null, linkedAccounts: [], banned: false }
  const statusAfter = async (asOf: Date) => {
    await learnDetails(auth.users, { detailsOf: async () => ({ ...known, asOf }) }, 'user_early')
    return (await auth.users.byIds(['user_early']))[0]?.status
  }
  assert.equal(await statusAfter(new Date(Date.now() - 60_000)), 'SUSPENDED')
  assert.equal(await statusAfter(new Date(Date.now() + 60_000)), 'ACTIVE')
})

test('A20 a delivery that comes five times at once has one effect', async () => {
  const receive = receiver(auth)
  const details = {
    email: 'binh@example.com',
    emailVerified: true,
    locale: null,
    linkedAccounts: [],
    banned: false,
    asOf: new Date(),
  }
  const notice = { about: 'user' as const, userId: 'user_binh', details }
  const applied = await Promise.all(Array.from({ length: 5 }, () => receive(notice, 'msg_1')))
  assert.deepEqual(applied.toSorted(), [false, false, false, false, true])
  assert.equal(await count("outbox WHERE aggregate_id = 'user_binh'"), 2)
})

test('a role that allows something else raises the permission version of whoever holds it', async () => {
  await commands.setRolePermissions(own, { name: 'student', permissions: ['profile:read'] })
  const [lan] = await auth.users.byIds(['user_lan'])
  assert.equal(lan?.permissionVersion, 2)
  assert.equal(await count("outbox WHERE key = 'auth.role.granted' AND aggregate_id = 'user_lan'"), 2)
})
