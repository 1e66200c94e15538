import assert from 'node:assert/strict'
import { test } from 'node:test'
import { authInMemory, by, user } from '../../../tests/harness/users.ts'
import { device } from './device.ts'
import { login } from './login.ts'
import { receiver } from './notices.ts'
import { firstToken, grace, hashOf, type KeptToken, refresh, successor, worthOf } from './refresh.ts'
import { begun, isSessionId, refreshFor } from './session.ts'

const own = { ...by('user_lan'), ip: '10.0.0.1', userAgent: 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0)' }
const live = {
  userId: 'user_lan',
  createdAt: new Date('2026-11-25T07:00:00Z'),
  expiresAt: new Date('2026-12-25T07:00:00Z'),
  location: 'Hanoi, VN',
}
/** Whoever shows a refresh token has no session token that is still good. */
const stranger = { ...own, userId: null, sessionId: null }
const refused = (code: string) => ({ name: 'Refusal', message: /^\w/, extensions: { code } })

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
    Array.from({ length: 20 }, () => auth.commands.refresh(stranger, refreshToken ?? '')),
  )
  assert.equal(new Set(answers.map((one) => one.refreshToken)).size, 1)
  assert.equal(answers[0]?.sessionToken, 'jwt of sess_lan')
  assert.deepEqual(
    auth.audited.filter(({ action }) => action === 'auth.refresh'),
    [{ action: 'auth.refresh', resource: 'session', resourceId: 'sess_lan', actor: 'user_lan' }],
  )
  assert.equal(auth.kept.size, 2)
})

test('A17 a rotated token that comes back after the grace ends the session and all its tokens', async () => {
  const auth = signedIn()
  const { refreshToken: first } = await auth.commands.login(own, {})
  const { refreshToken: second } = await auth.commands.refresh(own, first ?? '')
  later(auth, grace)
  assert.equal((await auth.commands.refresh(own, first ?? '')).refreshToken, second)
  later(auth, 1)
  await assert.rejects(auth.commands.refresh(stranger, first ?? ''), refused('UNAUTHENTICATED'))
  await assert.rejects(auth.commands.refresh(own, second), refused('UNAUTHENTICATED'))
  assert(auth.sessionOf('sess_lan')?.revokedAt)
  assert.deepEqual(auth.state.clerkWas.at(-1), 'ended sess_lan')
  assert.deepEqual(
    auth.audited.filter(({ action }) => action === 'auth.refresh.reuse').map(({ actor }) => actor),
    ['user_lan'],
  )
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

test('while one key replaces another a repeated login answers the token it answered before', async () => {
  const auth = signedIn()
  const loginWith = async (...keys: string[]) =>
    (await login({ ...auth.sources, keeper: auth.keeper, tokens: auth.tokens, keys }, own, {})).refreshToken
  const token = await loginWith('old')
  assert.deepEqual([await loginWith('new', 'old'), await loginWith('new')], [token, null])
  assert.equal(auth.kept.size, 1)
  await refresh({ ...auth.sources, keeper: auth.keeper, tokens: auth.tokens }, stranger, token ?? '')
  assert.equal(await loginWith('new', 'old'), null)
})

test('each refresh token has a successor that is good for thirty days', async () => {
  const auth = signedIn()
  let { refreshToken } = await auth.commands.login(own, {})
  for (let i = 0; i < 3; i += 1) {
    later(auth, (20 * 86_400_000) / 3)
    const refreshed = await auth.commands.refresh(stranger, refreshToken ?? '')
    assert.match(refreshed.refreshToken, /^rt_[\w-]{43}$/)
    assert.notEqual(refreshed.refreshToken, refreshToken)
    assert.equal(refreshed.expiresAt.getTime(), auth.state.now.getTime() + refreshFor)
    assert.deepEqual(auth.kept.get(hashOf(refreshed.refreshToken))?.expiresAt, refreshed.expiresAt)
    refreshToken = refreshed.refreshToken
  }
})

test('a refresh token cannot be made without the key or the secret of the session', async () => {
  assert.equal(new Set([firstToken('k', 's'), firstToken('k', 't'), firstToken('l', 's')]).size, 3)
  assert.notEqual(successor('rt_a', 's'), successor('rt_a', 't'))
  const auth = signedIn()
  const { session, refreshToken } = await auth.commands.login(own, {})
  const secret = session.refreshSecret ?? ''
  assert.equal(refreshToken, firstToken(auth.keys[0] ?? '', secret))
  const next = await auth.commands.refresh(stranger, refreshToken ?? '')
  assert.equal(next.refreshToken, successor(refreshToken ?? '', secret))
})

test('a session that Clerk or another request ended meanwhile gets no token', async () => {
  const auth = signedIn()
  const { refreshToken } = await auth.commands.login(own, {})
  const { keeper, tokens } = auth
  const refreshWith = (change: object) =>
    refresh({ ...auth.sources, keeper, tokens, ...change }, stranger, refreshToken ?? '')
  const atClerk = { keeper: { ...keeper, tokenOf: async () => null } }
  await assert.rejects(refreshWith(atClerk), refused('UNAUTHENTICATED'))
  assert.equal(auth.kept.size, 1)
  const here = { tokens: { ...tokens, rotate: async () => false } }
  await assert.rejects(refreshWith(here), refused('UNAUTHENTICATED'))
})

test('a token is void from the moment it or its session expires, and good in the grace after its rotation', () => {
  const now = new Date('2026-11-25T08:00:00Z')
  const at = (ms: number) => new Date(now.getTime() + ms)
  const session = begun('sess_lan', live)
  const token: KeptToken = { hash: '', session, expiresAt: at(1), rotatedAt: null }
  const worth = (change: Partial<KeptToken>) => worthOf({ ...token, ...change }, now)
  assert.equal(worthOf(null, now), 'void')
  assert.deepEqual([worth({}), worth({ expiresAt: now })], ['good', 'void'])
  assert.equal(worth({ session: { ...session, revokedAt: now } }), 'void')
  assert.equal(worth({ session: { ...session, expiresAt: now } }), 'void')
  assert.deepEqual(
    [worth({ rotatedAt: at(-grace) }), worth({ rotatedAt: at(-grace - 1) })],
    ['good', 'reused'],
  )
})

test('an id that would be another path of Clerk is no session id', () => {
  for (const good of ['sess_2abcDEF', 'sess_a', `sess_${'a'.repeat(64)}`]) assert(isSessionId(good), good)
  const bad = ['', 'sess_', 'sess_a/b', 'sess_a?b', 'xsess_a', 'user_a', 'sess_a\n', `sess_${'a'.repeat(65)}`]
  for (const text of bad) assert(!isSessionId(text), text)
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

test('where Clerk does not end the other sessions none of them ends here', async () => {
  const auth = signedIn('sess_2', 'sess_3')
  for (const sessionId of ['sess_lan', 'sess_2']) await auth.commands.login({ ...own, sessionId }, {})
  auth.told.length = 0
  auth.state.clerkIsAway = true
  await assert.rejects(auth.commands.revokeOtherSessions(own), {
    extensions: { code: 'SERVICE_UNAVAILABLE' },
  })
  assert.deepEqual([auth.sessionOf('sess_2')?.revokedAt, auth.sessionOf('sess_3')], [null, undefined])
  assert.deepEqual(auth.told, [])
})

test('a session that was never recorded can be signed out and is then known as ended', async () => {
  const auth = signedIn()
  await auth.commands.logout(own)
  const { userId, revokedAt, expiresAt } = auth.sessionOf('sess_lan') ?? {}
  assert.deepEqual([userId, revokedAt], ['user_lan', auth.state.now])
  // Kept for as long as a token of it may still be shown.
  assert.equal(expiresAt?.getTime(), auth.state.now.getTime() + 86_400_000)
})

test('every other session is ended once at Clerk, and one that has expired is none', async () => {
  const others = Array.from({ length: 7 }, (_, i) => `sess_${i}`)
  const auth = signedIn(...others)
  const expired = { ...begun('sess_old', live), expiresAt: auth.state.now }
  await auth.sessions.change('sess_old', own, () => ({ session: expired }))
  assert.equal(await auth.commands.revokeOtherSessions(own), 7)
  assert.deepEqual(
    auth.state.clerkWas.filter((what) => what.startsWith('ended')),
    others.map((id) => `ended ${id}`),
  )
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
  assert.deepEqual(
    auth.audited.map(({ action, resourceId }) => [action, resourceId]),
    [['auth.session.revoke', 'sess_lan']],
  )
})

test('a session that Clerk tells of is kept as live, and a user as Clerk describes them', async () => {
  const auth = signedIn()
  const receive = receiver(auth.sources)
  await receive({ about: 'session', sessionId: 'sess_lan', session: live, hasEnded: false }, 'msg_1')
  assert.equal(auth.sessionOf('sess_lan')?.revokedAt, null)
  assert.deepEqual(auth.told, [])
  const known = { email: 'new@example.com', emailVerified: true, locale: null, linkedAccounts: [] }
  const details = { ...known, banned: false, asOf: new Date(2_000) }
  await receive({ about: 'user', userId: 'user_lan', details }, 'msg_2')
  assert.equal(auth.users.get('user_lan')?.details?.email, 'new@example.com')
  assert.equal(auth.users.get('user_lan')?.status, 'ACTIVE')
})

test('a notice that cannot be kept is not taken for one that was applied before', async () => {
  const auth = signedIn()
  const change = async () => {
    throw new Error('no database')
  }
  const receive = receiver({ ...auth.sources, users: { ...auth.users, change } })
  await assert.rejects(receive({ about: 'deleted user', userId: 'user_an' }, 'msg_1'), /no database/)
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
  await receive({ about: 'deleted user', userId: 'user_new' }, 'msg_4')
  assert.deepEqual(auth.told, [{ type: 'user.deleted', userId: 'user_new' }])
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
  assert.equal(told('Mozilla/5.0 (Macintosh; Intel Mac OS X 15_0)'), ',DESKTOP,macOS')
  assert.equal(told('Mozilla/5.0 (X11; CrOS x86_64)'), ',DESKTOP,ChromeOS')
  assert.equal(told('Mozilla/5.0 (X11; Linux x86_64)'), ',DESKTOP,Linux')
  assert.equal(told('Mozilla/5.0 (iPad; CPU OS 18_0)'), ',TABLET,iOS')
  assert.equal(told(null), ',,')
})

test('of what a client says of its device no more is kept than fits', () => {
  const long = 'x'.repeat(5_000)
  const { deviceName, deviceType, os } = device({ deviceName: long, deviceType: long, os: long }, null)
  assert.deepEqual([deviceName?.length, deviceType?.length, os?.length], [100, 20, 50])
  const halved = {
    deviceName: `${'x'.repeat(99)}😀`,
    deviceType: `${'x'.repeat(19)}😀`,
    os: `${'x'.repeat(49)}😀`,
  }
  assert(Object.values(device(halved, null)).every((text) => text?.isWellFormed()))
})
