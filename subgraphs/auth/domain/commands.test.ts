import assert from 'node:assert/strict'
import { test } from 'node:test'
import { authInMemory, by, user } from '../../../tests/harness/users.ts'
import { learnDetails } from './first-sight.ts'
import { changeNamed } from './user.ts'

const lan = user('user_lan', 'admin')
const an = user('user_an')
const admin = by('user_lan')

const refused = (code: string) => (error: Error & { extensions?: { code?: string } }) =>
  error.name === 'Refusal' && error.message !== '' && error.extensions?.code === code
const lines = ({ audited }: ReturnType<typeof authInMemory>) =>
  audited.map(({ actor, action, resourceId, metadata }) =>
    [actor, action, resourceId, ...Object.values(metadata ?? {})].join(' '),
  )

/** What a refusal must leave behind: one audit row that says so, and nothing else. */
async function refusedWithoutTrace(
  auth: ReturnType<typeof authInMemory>,
  work: Promise<unknown>,
  code: string,
) {
  const before = JSON.stringify([auth.users.get('user_lan'), auth.users.get('user_an'), auth.told])
  await assert.rejects(work, refused(code))
  assert.equal(JSON.stringify([auth.users.get('user_lan'), auth.users.get('user_an'), auth.told]), before)
  assert.match(lines(auth).at(-1) ?? '', new RegExp(`access\\.denied .* ${code}$`))
}

test('a granted role is held, told and audited, and raises the permission version', async () => {
  const auth = authInMemory({ users: [lan, an] })
  const after = await auth.commands.assignRole(admin, { userId: 'user_an', role: 'teacher' })
  assert.deepEqual([after.roles, after.permissionVersion], [['teacher', 'user'], 1])
  assert.deepEqual(auth.told, [
    { type: 'role.granted', userId: 'user_an', role: 'teacher', permissionVersion: 1 },
  ])
  assert.deepEqual(lines(auth), ['user_lan role.grant user_an teacher'])
  const again = await auth.commands.assignRole(admin, { userId: 'user_an', role: 'teacher' })
  assert.deepEqual([again.permissionVersion, auth.told.length], [1, 1])
  const without = await auth.commands.revokeRole(admin, { userId: 'user_an', role: 'teacher' })
  assert.deepEqual([without.roles, without.permissionVersion], [['user'], 2])
})

test('an unknown role or user is not found, and the audit log says who tried', async () => {
  const auth = authInMemory({ users: [lan, an] })
  const assign = (userId: string, role: string) => auth.commands.assignRole(admin, { userId, role })
  await refusedWithoutTrace(auth, assign('user_an', 'king'), 'NOT_FOUND')
  await refusedWithoutTrace(auth, assign('user_x', 'teacher'), 'NOT_FOUND')
  await refusedWithoutTrace(
    auth,
    auth.commands.revokeRole(admin, { userId: 'user_an', role: 'teacher' }),
    'NOT_FOUND',
  )
})

test('a text that is no id of a user never reaches storage', async () => {
  const { users } = authInMemory({ users: [lan] })
  const change = () => assert.fail('storage was asked')
  await assert.rejects(
    async () => changeNamed({ ...users, change }, { id: '../lan', by: admin }, (user) => ({ user })),
    { name: 'Refusal', message: 'There is no such user.' },
  )
})

test('the only admin stays admin, is not suspended and does not go', async () => {
  const auth = authInMemory({ users: [lan, an] })
  await refusedWithoutTrace(
    auth,
    auth.commands.revokeRole(admin, { userId: 'user_lan', role: 'admin' }),
    'CONFLICT',
  )
  await refusedWithoutTrace(auth, auth.commands.suspend(admin, 'user_lan'), 'CONFLICT')
  await refusedWithoutTrace(auth, auth.commands.deleteAccount(admin, 'DELETE'), 'CONFLICT')
  await auth.commands.assignRole(admin, { userId: 'user_an', role: 'admin' })
  await auth.commands.revokeRole(admin, { userId: 'user_lan', role: 'admin' })
  assert.deepEqual(auth.users.get('user_lan')?.roles, ['user'])
})

test('a role is made once, allows only what there is, and goes when nobody holds it', async () => {
  const auth = authInMemory({ users: [lan, an] })
  const editor = {
    name: 'editor',
    description: '',
    permissions: ['lesson:write', 'lesson:read', 'lesson:read'],
  }
  assert.deepEqual((await auth.commands.createRole(admin, editor)).permissions, [
    'lesson:read',
    'lesson:write',
  ])
  await refusedWithoutTrace(auth, auth.commands.createRole(admin, editor), 'CONFLICT')
  const fly = { name: 'pilot', description: '', permissions: ['fly:high'] }
  await refusedWithoutTrace(auth, auth.commands.createRole(admin, fly), 'BAD_USER_INPUT')
  await auth.commands.assignRole(admin, { userId: 'user_an', role: 'editor' })
  await refusedWithoutTrace(auth, auth.commands.deleteRole(admin, 'editor'), 'CONFLICT')
  await auth.commands.revokeRole(admin, { userId: 'user_an', role: 'editor' })
  await auth.commands.deleteRole(admin, 'editor')
  await refusedWithoutTrace(auth, auth.commands.deleteRole(admin, 'editor'), 'NOT_FOUND')
})

test('what makes a role is checked, and the field that breaks a rule is named', async () => {
  const { commands } = authInMemory({ users: [lan] })
  const make = (change: object) =>
    commands.createRole(admin, { name: 'editor', description: '', permissions: [], ...change })
  const bad: [object, string][] = [
    ...['a', 'No', '1st', 'a'.repeat(51), 'an editor', 'editor!'].map((name): [object, string] => [
      { name },
      'name: must be 2 to 50 of a-z 0-9 _ -, beginning with a letter',
    ]),
    [{ description: 'x'.repeat(501) }, 'description: must have at most 500 characters'],
    [{ permissions: ['fly:high'] }, 'permissions: names what there is not'],
  ]
  for (const [change, message] of bad)
    await assert.rejects(async () => make(change), { name: 'Refusal', message })
  for (const name of ['ab', 'a'.repeat(50), 'a-1_b'])
    assert.equal((await make({ name, description: 'x'.repeat(500) })).name, name)
})

test('a role beside admin can be taken from the only admin, and admin given other permissions', async () => {
  const { commands, users, told } = authInMemory({ users: [user('user_lan', 'admin', 'teacher')] })
  await commands.revokeRole(admin, { userId: 'user_lan', role: 'teacher' })
  assert.deepEqual(users.get('user_lan')?.roles, ['admin', 'user'])
  assert.deepEqual(told, [
    { type: 'role.revoked', userId: 'user_lan', role: 'teacher', permissionVersion: 1 },
  ])
  const { permissions } = await commands.setRolePermissions(admin, {
    name: 'admin',
    permissions: ['lesson:read', 'admin:roles'],
  })
  assert.deepEqual(permissions, ['admin:roles', 'lesson:read'])
})

test('a system role cannot be deleted, and admin goes on managing roles', async () => {
  const auth = authInMemory({ users: [lan] })
  await refusedWithoutTrace(auth, auth.commands.deleteRole(admin, 'student'), 'FORBIDDEN')
  const set = (name: string, ...permissions: string[]) =>
    auth.commands.setRolePermissions(admin, { name, permissions })
  await refusedWithoutTrace(auth, set('admin', 'admin:users'), 'CONFLICT')
  await refusedWithoutTrace(auth, set('king', 'admin:users'), 'NOT_FOUND')
  assert.deepEqual((await set('student', 'profile:read')).permissions, ['profile:read'])
})

test('a suspended user is barred at Clerk, and every session of theirs ends', async () => {
  const live = { createdAt: new Date(0), expiresAt: new Date('2026-12-25'), location: null }
  const auth = authInMemory({ users: [lan, an], clerk: { sess_an: { ...live, userId: 'user_an' } } })
  await auth.commands.login(by('user_an'), {})
  assert.equal((await auth.commands.suspend(admin, 'user_an')).status, 'SUSPENDED')
  assert.equal(auth.state.clerkWas.at(-1), 'banned user_an')
  assert.deepEqual(auth.told.at(-1), { type: 'user.suspended', userId: 'user_an' })
  assert(auth.sessionOf('sess_an')?.revokedAt)
  await refusedWithoutTrace(auth, auth.commands.suspend(admin, 'user_an'), 'CONFLICT')
  assert.equal((await auth.commands.reinstate(admin, 'user_an')).status, 'ACTIVE')
  await refusedWithoutTrace(auth, auth.commands.reinstate(admin, 'user_an'), 'CONFLICT')
})

test('what Clerk said before a suspension or its end does not undo it, whether details were known or not', async () => {
  for (const before of [an, { ...an, details: null }]) {
    const auth = authInMemory({ users: [lan, before] })
    const said = async (minutes: number, banned: boolean) => {
      const asOf = new Date(auth.state.now.getTime() + minutes * 60_000)
      const told = { email: 'new@example.com', emailVerified: true, locale: null, linkedAccounts: [] }
      const details = async () => ({ ...told, banned, asOf })
      await learnDetails(auth.users, { detailsOf: details }, 'user_an')
      const { status, details: known } = auth.users.get('user_an') ?? {}
      return [status, known?.email]
    }
    await auth.commands.suspend(admin, 'user_an')
    assert.deepEqual(await said(-2, false), ['SUSPENDED', 'new@example.com'])
    await auth.commands.reinstate(admin, 'user_an')
    assert.deepEqual(await said(-1, true), ['ACTIVE', 'new@example.com'])
    assert.deepEqual(await said(1, true), ['SUSPENDED', 'new@example.com'])
    assert.deepEqual(await said(2, false), ['ACTIVE', 'new@example.com'])
  }
})

test('a deleted account leaves a tombstone without anything personal', async () => {
  const live = { createdAt: new Date(0), expiresAt: new Date('2026-12-25'), location: null }
  const auth = authInMemory({ users: [lan, an], clerk: { sess_an: { ...live, userId: 'user_an' } } })
  await auth.commands.login(by('user_an'), {})
  auth.told.length = 0
  await refusedWithoutTrace(auth, auth.commands.deleteAccount(by('user_an'), 'delete'), 'BAD_USER_INPUT')
  await assert.rejects(auth.commands.deleteAccount(by('user_an'), ''), { message: 'confirm: must be DELETE' })
  const gone = await auth.commands.deleteAccount(by('user_an'), 'DELETE')
  assert.deepEqual([gone.status, gone.details, gone.roles], ['DELETED', null, []])
  assert.deepEqual(auth.told, [{ type: 'user.deleted', userId: 'user_an' }])
  assert(auth.sessionOf('sess_an')?.revokedAt)
  await refusedWithoutTrace(
    auth,
    auth.commands.assignRole(admin, { userId: 'user_an', role: 'teacher' }),
    'NOT_FOUND',
  )
})

test('while Clerk is away what needs it fails, changes nothing and is nobody’s denial', async () => {
  const auth = authInMemory({ users: [lan, an] })
  auth.state.clerkIsAway = true
  const own = by('user_an')
  const all = [
    () => auth.commands.suspend(admin, 'user_an'),
    () => auth.commands.deleteAccount(own, 'DELETE'),
    () => auth.commands.login(own, {}),
    () => auth.commands.logout(own),
  ]
  for (const work of all) await assert.rejects(work, { extensions: { code: 'SERVICE_UNAVAILABLE' } })
  assert.deepEqual([auth.users.get('user_an'), auth.told, auth.audited], [an, [], []])
})
