import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { cursorOf } from '@puchi/platform/pagination'
import { type FieldNode, Kind, parse } from 'graphql'
import { root } from '../dev/subgraphs.ts'
import { firstFrame } from './access/first-frame.ts'
import { asOwner } from './harness/auth-database.ts'
import { namedOperation } from './harness/operations.ts'
import { sessionOf } from './harness/session.ts'
import { type Stack, startStack } from './harness/stack.ts'
import { until } from './harness/until.ts'

let stack: Stack
before(async () => {
  stack = await startStack()
  // The first question of all takes long, and a router that waits for auth in vain serves without permissions.
  await stack.ask('{ me { id } }', { token: await stack.token('puchiadmin') })
})
after(() => stack?.close())

const ran = new Set<string>()

async function session(username: string) {
  const { id, token } = await sessionOf(stack, username)
  const ask = async (name: string, variables = {}) => {
    ran.add(name)
    const { body } = await stack.ask(namedOperation(name), { token, variables })
    return { data: body.data, codes: (body.errors ?? []).map(({ extensions }) => extensions['code']) }
  }
  const { data } = await ask('Login')
  return { id, token, ask, refreshToken: String(data.login.refreshToken) }
}

type Asking = Awaited<ReturnType<typeof session>>

/** Asks what a rule refuses: null, the code, nothing changed but one more line of the audit log. */
async function refused({ ask }: Asking, [name, variables, code]: [string, object, string]): Promise<void> {
  const state = () =>
    asOwner(
      stack.databases['auth'] ?? '',
      `SELECT (SELECT json_agg(r ORDER BY name) FROM roles r)::text AS roles,
        (SELECT json_agg(p ORDER BY role_name, permission_name) FROM role_permissions p)::text AS allowed,
        (SELECT json_agg(u ORDER BY user_id, role_name) FROM user_roles u)::text AS held,
        (SELECT json_agg(s.revoked_at ORDER BY id) FROM sessions s)::text AS sessions,
        (SELECT count(*) FROM outbox)::int AS told`,
    )
  const lines = async () =>
    (await asOwner(stack.databases['auth'] ?? '', "SELECT FROM audit_log WHERE action = 'access.denied'"))
      .length
  const [before, noted] = [await state(), await lines()]
  const { data, codes } = await ask(name, variables)
  assert.deepEqual([Object.values(data), codes], [[null], [code]], name)
  assert.deepEqual(await state(), before, name)
  assert.equal(await lines(), noted + 1, name)
}

test('a role is made, changed, granted, revoked and deleted', async () => {
  const { ask } = await session('puchiadmin')
  const teller = await session('anpham')
  const input = { name: 'editor', description: 'Edits', permissions: ['lesson:write'] }
  const { data: made } = await ask('CreateRole', { input })
  assert.deepEqual(made.createRole.role, {
    name: 'editor',
    description: 'Edits',
    permissions: ['lesson:write'],
  })
  const grant = { userId: 'user_anpham', role: 'editor' }
  const { data: given } = await ask('AssignRole', grant)
  assert(given.assignRole.user.roles.includes('editor'))
  const viewer = async () => (await teller.ask('Viewer')).data.me
  assert((await viewer()).permissions.includes('lesson:write'))
  const permissions = ['content:manage', 'admin:users']
  const { data: changed } = await ask('SetRolePermissions', { role: 'editor', permissions })
  assert.deepEqual(changed.setRolePermissions.role.permissions, permissions.toSorted())
  await until('the router knows', async () => (await teller.ask('AdminUsers')).codes.length === 0, 2_000)
  assert(!(await viewer()).permissions.includes('lesson:write'))
  const { data: listed } = await ask('RolesAndPermissions')
  assert(listed.roles.some(({ name }: { name: string }) => name === 'editor'))
  assert.equal((await ask('RevokeRole', grant)).data.revokeRole.user.roles.includes('editor'), false)
  assert.deepEqual((await ask('DeleteRole', { name: 'editor' })).data, { deleteRole: { name: 'editor' } })
})

test('what a rule refuses is told with its code, audited, and changes nothing', async () => {
  const admin = await session('puchiadmin')
  const [learner, other] = [await session('linhvo'), await session('tuanbui')]
  const gone = await session('linhvo')
  assert.deepEqual((await learner.ask('RevokeSession', { sessionId: gone.id })).codes, [])
  const input = { name: 'held', description: '', permissions: [] }
  await admin.ask('CreateRole', { input })
  await admin.ask('AssignRole', { userId: 'user_linhvo', role: 'held' })
  const userId = 'user_linhvo'
  const byAdmin: [string, object, string][] = [
    ['AssignRole', { userId, role: 'nothing' }, 'NOT_FOUND'],
    ['AssignRole', { userId: 'user_nobody', role: 'teacher' }, 'NOT_FOUND'],
    ['RevokeRole', { userId, role: 'nothing' }, 'NOT_FOUND'],
    ['RevokeRole', { userId, role: 'teacher' }, 'NOT_FOUND'],
    ['RevokeRole', { userId: 'user_puchiadmin', role: 'admin' }, 'CONFLICT'],
    ['CreateRole', { input }, 'CONFLICT'],
    ['CreateRole', { input: { ...input, name: 'No!' } }, 'BAD_USER_INPUT'],
    ['CreateRole', { input: { ...input, name: 'more', permissions: ['rule:world'] } }, 'BAD_USER_INPUT'],
    ['DeleteRole', { name: 'nothing' }, 'NOT_FOUND'],
    ['DeleteRole', { name: 'held' }, 'CONFLICT'],
    ['DeleteRole', { name: 'admin' }, 'FORBIDDEN'],
    ['SetRolePermissions', { role: 'nothing', permissions: [] }, 'NOT_FOUND'],
    ['SetRolePermissions', { role: 'held', permissions: ['rule:world'] }, 'BAD_USER_INPUT'],
    ['SetRolePermissions', { role: 'admin', permissions: [] }, 'CONFLICT'],
    ['SuspendUser', { userId: 'user_nobody' }, 'NOT_FOUND'],
    ['SuspendUser', { userId: 'user_puchiadmin' }, 'CONFLICT'],
    ['ReinstateUser', { userId }, 'CONFLICT'],
    ['DeleteAccount', { confirm: 'DELETE' }, 'CONFLICT'],
  ]
  for (const one of byAdmin) await refused(admin, one)
  const byLearner: [string, object, string][] = [
    ['RevokeSession', { sessionId: other.id }, 'NOT_FOUND'],
    ['RevokeSession', { sessionId: 'sess_nobody' }, 'NOT_FOUND'],
    ['RevokeSession', { sessionId: gone.id }, 'CONFLICT'],
    ['DeleteAccount', { confirm: 'delete' }, 'BAD_USER_INPUT'],
  ]
  for (const one of byLearner) await refused(learner, one)
})

test('a filter or a cursor that is none is refused by its name, written into the query or beside it', async () => {
  const { token } = await session('puchiadmin')
  const written = (args: string) => `{ auditLog(${args}) { edges { node { id } } } }`
  const beside = 'query($at: DateTime) { auditLog(filter: { from: $at }) { edges { node { id } } } }'
  const asked: [string, Record<string, unknown>, string][] = [
    [written('filter: { from: "yesterday" }'), {}, 'filter.from'],
    [written('filter: { to: "2026-13-45T00:00:00Z" }'), {}, 'filter.to'],
    [beside, { at: 'yesterday' }, 'filter.from'],
    [beside, { at: '0000-01-01T00:00:00Z' }, 'filter.from'],
    [written(`after: "${cursorOf('audit', ['x'])}"`), {}, 'after'],
    [`{ users(after: "${cursorOf('users', ['user_\0'])}") { edges { node { id } } } }`, {}, 'after'],
  ]
  for (const [query, variables, field] of asked) {
    const { errors } = (await stack.ask(query, { token, variables })).body
    const { code, fields } = errors?.[0]?.extensions ?? {}
    assert.deepEqual([code, fields?.[0]?.field], ['BAD_USER_INPUT', field], query)
  }
})

test('sessions are followed, refreshed and ended; accounts are listed, suspended, reinstated and deleted', async () => {
  const admin = await session('puchiadmin')
  const [here, there, third] = [await session('quangdo'), await session('quangdo'), await session('quangdo')]
  assert.deepEqual((await there.ask('RevokeSession', { sessionId: third.id })).codes, [])
  ran.add('SessionRevoked')
  const { data } = await firstFrame(stack.url, namedOperation('SessionRevoked'), here.token)
  assert.deepEqual([data.sessionRevoked.snapshot, data.sessionRevoked.sessionIds], [true, [third.id]])
  const { data: fresh } = await here.ask('RefreshToken', { refreshToken: there.refreshToken })
  assert.match(fresh.refreshToken.sessionToken, /^eyJ/)
  assert.equal((await here.ask('RevokeOtherSessions')).data.revokeOtherSessions.ended, 1)
  assert.deepEqual(
    (await here.ask('Sessions')).data.me.sessions.map(({ id }: { id: string }) => id),
    [here.id],
  )
  assert.deepEqual((await here.ask('Logout')).codes, [])
  const userId = 'user_huongle'
  assert.equal((await admin.ask('SuspendUser', { userId })).data.suspendUser.user.status, 'SUSPENDED')
  assert.equal((await admin.ask('ReinstateUser', { userId })).data.reinstateUser.user.status, 'ACTIVE')
  const { data: log } = await admin.ask('AuditLog', { filter: { action: 'user.reinstate' } })
  assert.equal(log.auditLog.edges[0].node.resourceId, userId)
  const leaver = await session('minhnguyen')
  assert.deepEqual((await leaver.ask('DeleteAccount', { confirm: 'DELETE' })).data, {
    deleteAccount: { userId: 'user_minhnguyen' },
  })
})

test('every root field of auth has its operation, and each of these was run', () => {
  const sdl = parse(readFileSync(`${root}/schema/auth.graphql`, 'utf8'))
  const fields = sdl.definitions.flatMap((one) =>
    one.kind === Kind.OBJECT_TYPE_DEFINITION && /^(Query|Mutation|Subscription)$/.test(one.name.value)
      ? (one.fields ?? []).map(({ name }) => name.value)
      : [],
  )
  const asked = new Set<string>()
  for (const file of globSync(`${root}/schema/operations/*.graphql`)) {
    const [operation] = parse(readFileSync(file, 'utf8')).definitions
    assert(operation?.kind === Kind.OPERATION_DEFINITION)
    const names = (operation.selectionSet.selections as FieldNode[]).map(({ name }) => name.value)
    for (const name of names) asked.add(name)
    const isOfAuth = names.every((name) => fields.includes(name) && name !== 'me')
    if (isOfAuth) assert(ran.has(operation.name?.value ?? ''), `${operation.name?.value} was not run`)
  }
  assert.deepEqual(
    fields.filter((name) => !asked.has(name)),
    [],
  )
})
