import assert from 'node:assert/strict'
import { test } from 'node:test'
import { authInMemory, by, user } from '../../../tests/harness/users.ts'
import { device } from './device.ts'
import { receiver } from './notices.ts'
import { grace, hashOf } from './refresh.ts'

const own = { ...by('user_lan'), ip: '10.0.0.1', userAgent: 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0)' }
const live = {
  userId: 'user_lan',
  createdAt: new Date('2026-11-25T07:00:00Z'),
  expiresAt: new Date('2026-12-25T07:00:00Z'),
  location: 'Hanoi, VN',
}
const refused = (code: string) => ({ name: 'Refusal', extensions: { code } })

const signedIn = (...others: string[]) =>
  authInMemory({
    users: [user('user_lan'), user('user_an')],
    clerk: Object.fromEntries(['sess_lan', ...others].map((id) => [id, live])),
  })
const later = (auth: ReturnType<typeof authInMemory>, ms: number) => {
  auth.state.now = new Date(auth.state.now.getTime() + ms)
}

test('login records the device of the session, once, and answers one refresh token', async () => {
  const auth = signedIn()
  const { session, refreshToken } = await auth.commands.login(own, { deviceName: 'Phone' })
  assert.deepEqual(
    [session.deviceName, session.deviceType, session.os, session.ipAddress, session.location],
    ['Phone', 'MOBILE', 'iOS', '10.0.0.1', 'Hanoi, VN'],
  )
  const again = await auth.commands.login(own, { deviceName: 'Other' })
  assert.deepEqual([again.session, again.refreshToken], [session, refreshToken])
  assert.deepEqual(auth.told, [{ type: 'session.created', userId: 'user_lan', sessionId: 'sess_lan' }])
  assert.deepEqual(
    auth.audited.map(({ action }) => action),
    ['auth.login'],
  )
})

test('a session that Clerk does not know as live, or knows as somebody else’s, is not recorded', async () => {
  const auth = signedIn()
  await assert.rejects(auth.commands.login({ ...own, sessionId: 'sess_x' }, {}), refused('UNAUTHENTICATED'))
  await assert.rejects(
    auth.commands.login({ ...by('user_an'), sessionId: 'sess_lan' }, {}),
    refused('UNAUTHENTICATED'),
  )
  assert.deepEqual(auth.told, [])
})

test('only a hash of a refresh token is kept', async () => {
  const auth = signedIn()
  const { refreshToken } = await auth.commands.login(own, {})
  assert(refreshToken)
  assert.deepEqual([...auth.kept.keys()], [hashOf(refreshToken)])
  assert.doesNotMatch(JSON.stringify([...auth.kept.values()]), new RegExp(refreshToken.slice(3)))
})

test('A18 twenty refreshes of one token at once get one answer, and one is audited', async () => {
  const auth = signedIn()
  const { refreshToken } = await auth.commands.login(own, {})
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => auth.commands.refresh(own, refreshToken ?? '')),
  )
  assert.equal(new Set(answers.map((one) => one.refreshToken)).size, 1)
  assert.equal(answers[0]?.sessionToken, 'jwt of sess_lan')
  assert.equal(auth.audited.filter(({ action }) => action === 'auth.refresh').length, 1)
  assert.equal(auth.kept.size, 2)
})

test('A17 a rotated token that comes back after the grace ends the session and all its tokens', async () => {
  const auth = signedIn()
  const { refreshToken: first } = await auth.commands.login(own, {})
  const { refreshToken: second } = await auth.commands.refresh(own, first ?? '')
  later(auth, grace)
  assert.equal((await auth.commands.refresh(own, first ?? '')).refreshToken, second)
  later(auth, 1)
  await assert.rejects(auth.commands.refresh(own, first ?? ''), refused('UNAUTHENTICATED'))
  await assert.rejects(auth.commands.refresh(own, second), refused('UNAUTHENTICATED'))
  assert(auth.sessionOf('sess_lan')?.revokedAt)
  assert.deepEqual(auth.state.clerkWas.at(-1), 'ended sess_lan')
  assert.equal(auth.audited.filter(({ action }) => action === 'auth.refresh.reuse').length, 1)
  assert.equal(
    (await auth.commands.login(own, {}).catch((error) => error)).extensions.code,
    'UNAUTHENTICATED',
  )
})

test('a token that was rotated is not handed out again by a later login', async () => {
  const auth = signedIn()
  const { refreshToken } = await auth.commands.login(own, {})
  await auth.commands.refresh(own, refreshToken ?? '')
  assert.equal((await auth.commands.login(own, {})).refreshToken, null)
})

test('an unknown token, an expired one and one of an ended session are refused alike', async () => {
  const auth = signedIn()
  const { refreshToken } = await auth.commands.login(own, {})
  const message = async (token: string) =>
    auth.commands.refresh(own, token).then(
      () => 'good',
      (error: Error) => error.message,
    )
  const unknown = await message('rt_unknown')
  later(auth, 31 * 86_400_000)
  assert.equal(await message(refreshToken ?? ''), unknown)
  const other = signedIn()
  const { refreshToken: token } = await other.commands.login(own, {})
  await other.commands.logout(own)
  await assert.rejects(other.commands.refresh(own, token ?? ''), { message: unknown })
})

test('of sessions only the own ones can be ended, each once', async () => {
  const auth = signedIn()
  await auth.commands.login(own, {})
  const theirs = auth.commands.revokeSession(by('user_an'), 'sess_lan')
  await assert.rejects(theirs, refused('NOT_FOUND'))
  await assert.rejects(auth.commands.revokeSession(own, 'sess_x'), refused('NOT_FOUND'))
  await auth.commands.revokeSession(own, 'sess_lan')
  await assert.rejects(auth.commands.revokeSession(own, 'sess_lan'), refused('CONFLICT'))
  const actions = auth.audited.map(({ action }) => action)
  assert.deepEqual(actions, [
    'auth.login',
    'access.denied',
    'access.denied',
    'auth.session.revoke',
    'access.denied',
  ])
})

test('all other sessions end at once, here and at Clerk, and this one stays', async () => {
  const auth = signedIn('sess_2', 'sess_3')
  for (const sessionId of ['sess_lan', 'sess_2']) await auth.commands.login({ ...own, sessionId }, {})
  // The third is known to Clerk alone.
  assert.equal(await auth.commands.revokeOtherSessions(own), 2)
  assert.equal(auth.sessionOf('sess_lan')?.revokedAt, null)
  assert(auth.sessionOf('sess_2')?.revokedAt && auth.sessionOf('sess_3')?.revokedAt)
  assert.deepEqual(auth.state.clerkWas.slice(-2), ['ended sess_2', 'ended sess_3'])
})

test('a session that was never recorded can be signed out and is then known as ended', async () => {
  const auth = signedIn()
  await auth.commands.logout(own)
  assert(auth.sessionOf('sess_lan')?.revokedAt)
})

test('A20 a notice of Clerk’s is applied once however often it comes, and an ended session stays ended', async () => {
  const auth = signedIn()
  const receive = receiver(auth.sources)
  const notice = { about: 'session' as const, sessionId: 'sess_lan', session: live, hasEnded: true }
  const applied = []
  for (let i = 0; i < 5; i += 1) applied.push(await receive(notice, 'msg_1'))
  assert.deepEqual(applied, [true, false, false, false, false])
  await receive({ ...notice, hasEnded: false }, 'msg_0')
  assert(auth.sessionOf('sess_lan')?.revokedAt)
  assert.equal(auth.told.length, 1)
})

test('A21 whatever Clerk tells of a deleted user leaves the tombstone as it is', async () => {
  const auth = signedIn()
  const receive = receiver(auth.sources)
  await receive({ about: 'deleted user', userId: 'user_new' }, 'msg_1')
  const details = {
    email: 'x@example.com',
    emailVerified: true,
    locale: null,
    linkedAccounts: [],
    banned: false,
    asOf: new Date(),
  }
  await receive({ about: 'user', userId: 'user_new', details }, 'msg_2')
  await receive(
    { about: 'session', sessionId: 'sess_n', session: { ...live, userId: 'user_new' }, hasEnded: false },
    'msg_3',
  )
  assert.deepEqual(
    [auth.users.get('user_new')?.status, auth.users.get('user_new')?.details],
    ['DELETED', null],
  )
  assert.equal(auth.sessionOf('sess_n'), undefined)
})

test('a device is told from its user agent where the client says nothing', () => {
  const told = (agent: string | null) => Object.values(device({}, agent)).join()
  assert.equal(told('Mozilla/5.0 (Windows NT 10.0; Win64; x64)'), ',DESKTOP,Windows')
  assert.equal(told('Mozilla/5.0 (Linux; Android 15; Pixel 9) Mobile'), ',MOBILE,Android')
  assert.equal(told('Mozilla/5.0 (iPad; CPU OS 18_0)'), ',TABLET,iOS')
  assert.equal(told(null), ',,')
})
