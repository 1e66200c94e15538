import assert from 'node:assert/strict'
import { test } from 'node:test'
import { authInMemory, by, user } from '../../../tests/harness/users.ts'
import { audited } from './audit.ts'
import type { Entry } from './outcome.ts'

const lan = user('user_lan', 'admin')
const an = user('user_an')
const admin = by('user_lan')
const own = by('user_an')
const live = {
  userId: 'user_an',
  createdAt: new Date('2026-11-25T07:00:00Z'),
  expiresAt: new Date('2026-12-25T07:00:00Z'),
  location: null,
}
const open = () =>
  authInMemory({ users: [lan, an], clerk: { sess_an: live, sess_2: live, sess_3: live, sess_4: live } })

type Line = [actor: string, action: Entry['action'], resource: Entry['resource'], resourceId: string]
const line = ([actor, action, resource, resourceId]: Line, metadata?: Entry['metadata']) => ({
  ...{ actor, action, resource, resourceId },
  ...(metadata && { metadata }),
})

test('whatever is done to a role is audited: by whom, what, and which', async () => {
  const { commands, audited } = open()
  const permissions = ['lesson:write', 'lesson:read']
  await commands.createRole(admin, { name: 'editor', description: '', permissions })
  await commands.setRolePermissions(admin, { name: 'editor', permissions })
  await commands.assignRole(admin, { userId: 'user_an', role: 'editor' })
  await commands.revokeRole(admin, { userId: 'user_an', role: 'editor' })
  await commands.deleteRole(admin, 'editor')
  assert.deepEqual(audited, [
    line(['user_lan', 'role.create', 'role', 'editor']),
    line(['user_lan', 'role.permissions', 'role', 'editor'], { permissions: 'lesson:write lesson:read' }),
    line(['user_lan', 'role.grant', 'user', 'user_an'], { role: 'editor' }),
    line(['user_lan', 'role.revoke', 'user', 'user_an'], { role: 'editor' }),
    line(['user_lan', 'role.delete', 'role', 'editor']),
  ])
})

test('whatever becomes of a user or a session is audited, told to others, and done at Clerk', async () => {
  const { commands, audited, told, state } = open()
  await commands.suspend(admin, 'user_an')
  await commands.reinstate(admin, 'user_an')
  for (const sessionId of ['sess_an', 'sess_2', 'sess_3']) await commands.login({ ...own, sessionId }, {})
  await commands.revokeSession(own, 'sess_2')
  await commands.logout({ ...own, sessionId: 'sess_3' })
  await commands.deleteAccount(own, 'DELETE')
  assert.deepEqual(audited, [
    line(['user_lan', 'user.suspend', 'user', 'user_an']),
    line(['user_lan', 'user.reinstate', 'user', 'user_an']),
    line(['user_an', 'auth.login', 'session', 'sess_an']),
    line(['user_an', 'auth.login', 'session', 'sess_2']),
    line(['user_an', 'auth.login', 'session', 'sess_3']),
    line(['user_an', 'auth.session.revoke', 'session', 'sess_2']),
    line(['user_an', 'auth.logout', 'session', 'sess_3']),
    line(['user_an', 'user.delete', 'user', 'user_an']),
  ])
  const session = (type: string, sessionId: string) => ({ type, userId: 'user_an', sessionId })
  assert.deepEqual(told, [
    { type: 'user.suspended', userId: 'user_an' },
    { type: 'user.updated', userId: 'user_an' },
    session('session.created', 'sess_an'),
    session('session.created', 'sess_2'),
    session('session.created', 'sess_3'),
    session('session.revoked', 'sess_2'),
    session('session.revoked', 'sess_3'),
    { type: 'user.deleted', userId: 'user_an' },
  ])
  const done = ['banned user_an', 'unbanned user_an', 'ended sess_2', 'ended sess_3', 'removed user_an']
  assert.deepEqual(
    state.clerkWas.filter((what) => !what.startsWith('asked')),
    done,
  )
})

test('ending all other sessions is audited once, and a session that Clerk alone knew is audited as ended', async () => {
  const { commands, audited } = open()
  for (const sessionId of ['sess_an', 'sess_2', 'sess_3']) await commands.login({ ...own, sessionId }, {})
  audited.length = 0
  assert.equal(await commands.revokeOtherSessions(own), 3)
  assert.deepEqual(audited, [
    line(['user_an', 'auth.session.revoke', 'session', 'sess_4']),
    line(['user_an', 'auth.logout_all', 'user', 'user_an']),
  ])
})

test('whatever a rule refuses is audited: who asked for what, of whom, and why it was refused', async () => {
  const { commands, audited } = open()
  const gone = by('user_gone')
  const role = { description: '', permissions: ['lesson:read'] }
  const an = { userId: 'user_an' }
  const refusals: [Promise<unknown>, Line, string][] = [
    [commands.login(gone, {}), ['user_gone', 'auth.login', 'session', 'sess_gone'], 'UNAUTHENTICATED'],
    [
      commands.revokeSession(own, 'sess_x'),
      ['user_an', 'auth.session.revoke', 'session', 'sess_x'],
      'NOT_FOUND',
    ],
    [commands.revokeOtherSessions(gone), ['user_gone', 'auth.logout_all', 'user', 'user_gone'], 'NOT_FOUND'],
    [
      commands.assignRole(admin, { ...an, role: 'king' }),
      ['user_lan', 'role.grant', 'user', 'user_an'],
      'NOT_FOUND',
    ],
    [
      commands.revokeRole(admin, { ...an, role: 'king' }),
      ['user_lan', 'role.revoke', 'user', 'user_an'],
      'NOT_FOUND',
    ],
    [
      commands.createRole(admin, { ...role, name: 'No' }),
      ['user_lan', 'role.create', 'role', 'No'],
      'BAD_USER_INPUT',
    ],
    [commands.deleteRole(admin, 'student'), ['user_lan', 'role.delete', 'role', 'student'], 'FORBIDDEN'],
    [
      commands.setRolePermissions(admin, { ...role, name: 'admin' }),
      ['user_lan', 'role.permissions', 'role', 'admin'],
      'CONFLICT',
    ],
    [commands.suspend(admin, 'user_lan'), ['user_lan', 'user.suspend', 'user', 'user_lan'], 'CONFLICT'],
    [commands.reinstate(admin, 'user_an'), ['user_lan', 'user.reinstate', 'user', 'user_an'], 'CONFLICT'],
    [commands.deleteAccount(own, 'delete'), ['user_an', 'user.delete', 'user', 'user_an'], 'BAD_USER_INPUT'],
  ]
  const settled = await Promise.allSettled(refusals.map(([work]) => work))
  assert(settled.every(({ status }) => status === 'rejected'))
  const expected = refusals.map(([, [actor, asked, resource, resourceId], code]) => ({
    ...line([actor, 'access.denied', resource, resourceId], { asked, code }),
  }))
  const sorted = (lines: object[]) =>
    lines.map((one) => Object.entries(one).sort().flat().map(said).join(' ')).sort()
  assert.deepEqual(sorted(audited), sorted(expected))
})

const said = (value: unknown): string => (typeof value === 'object' ? JSON.stringify(value) : String(value))

test('the audit log keeps no more of a text that somebody sent than 100 characters', async () => {
  const { commands, audited } = open()
  await assert.rejects(commands.deleteRole(admin, 'x'.repeat(5_000)))
  assert.equal(audited[0]?.resourceId, 'x'.repeat(100))
  // A half of the smiley could not be stored, and the refusal would leave no trace.
  await assert.rejects(commands.suspend(admin, `${'x'.repeat(99)}😀`), /no such user/)
  assert(audited[1]?.resourceId.isWellFormed())
})

test('a fault of ours is nobody’s denial', async () => {
  const { audit, audited: lines } = open()
  const about: Entry = { action: 'user.suspend', resource: 'user', resourceId: 'user_an' }
  const fault = async () => {
    throw new Error('out of order')
  }
  await assert.rejects(audited(audit, admin, about, fault), /out of order/)
  assert.deepEqual(lines, [])
})
