import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { namedOperation } from './harness/operations.ts'
import { clerkOf, sessionOf } from './harness/session.ts'
import { type Stack, startStack } from './harness/stack.ts'
import { until } from './harness/until.ts'

let stack: Stack
before(async () => {
  stack = await startStack()
  // The first question of all takes long, and a router that waits for auth in vain serves without permissions.
  await stack.ask('{ me { id } }', { token: await stack.token('puchiadmin') })
})
after(() => stack.close())

const clerk = () => clerkOf(stack)

/** A live session of a demo learner, and how to ask in it. */
async function session(username: string) {
  const { id, token } = await sessionOf(stack, username)
  const ask = async (name: string, variables = {}) => {
    const { body } = await stack.ask(namedOperation(name), { token, variables })
    return { data: body.data, codes: (body.errors ?? []).map(({ extensions }) => extensions['code']) }
  }
  return { id, token, ask }
}

const isRefused = async (token: string) => (await stack.ask('{ me { id } }', { token })).status === 401

test('an admin sees accounts joined from auth and user; a learner gets null and a reason, and nothing is fetched', async () => {
  const { ask } = await session('puchiadmin')
  const { data, codes } = await ask('AdminUsers', { filter: { emailPrefix: 'anpham' } })
  assert.deepEqual(codes, [])
  const [{ node }] = data.users.edges
  assert.deepEqual(
    [node.email, node.username, node.roles, node.stats.totalXp > 0],
    ['anpham@example.com', 'anpham', ['student', 'user'], true],
  )
  const learner = await (await session('anpham')).ask('AdminUsers')
  assert.deepEqual(learner, { data: { users: null }, codes: ['FORBIDDEN'] })
  const { body } = await stack.ask(namedOperation('AdminUsers'))
  assert.deepEqual([body.data, body.errors?.[0]?.extensions['code']], [{ users: null }, 'UNAUTHENTICATED'])
})

test('a session is recorded, listed as the current one, refreshed and signed out; its token is void at once', async () => {
  const { id, token, ask } = await session('thutran')
  const { data } = await ask('Login', { input: { deviceName: 'Phone' } })
  assert.equal(data.login.session.id, id)
  const { data: listed } = await ask('Sessions')
  assert.deepEqual(
    listed.me.sessions.map((one: { id: string; isCurrent: boolean; deviceName: string }) => [
      one.id,
      one.isCurrent,
      one.deviceName,
    ]),
    [[id, true, 'Phone']],
  )
  const refreshed = await stack.ask(namedOperation('RefreshToken'), {
    variables: { refreshToken: data.login.refreshToken },
  })
  const { sessionToken } = refreshed.body.data.refreshToken
  const me = await stack.ask('{ me { id } }', { token: sessionToken })
  assert.equal(me.body.data.me.id, 'user_thutran')
  assert.deepEqual((await ask('Logout')).codes, [])
  assert.equal((await clerk().sessions.getSession(id)).status, 'revoked')
  void token
})

test('A16 a suspended user is signed out everywhere, at Clerk too, until they are reinstated', async () => {
  const admin = await session('puchiadmin')
  const learner = await session('tuanbui')
  assert.deepEqual((await learner.ask('Sessions')).codes, [])
  const { data } = await admin.ask('SuspendUser', { userId: 'user_tuanbui' })
  assert.equal(data.suspendUser.user.status, 'SUSPENDED')
  assert.equal((await clerk().users.getUser('user_tuanbui')).banned, true)
  assert.equal((await clerk().sessions.getSession(learner.id)).status, 'revoked')
  await until('the router refuses the session', () => isRefused(learner.token), 2_000)
  await assert.rejects(session('tuanbui'))
  assert.deepEqual((await admin.ask('ReinstateUser', { userId: 'user_tuanbui' })).codes, [])
  const again = await session('tuanbui')
  await until('the router lets them in', async () => !(await isRefused(again.token)))
})

test('who deletes their account is gone at Clerk and signed out; with anything but DELETE nothing happens', async () => {
  stack.identity.addUser({
    id: 'user_short',
    username: 'short',
    email: 'short@example.com',
    firstName: 'A',
    lastName: 'B',
  })
  const leaver = await session('short')
  assert.deepEqual((await leaver.ask('DeleteAccount', { confirm: 'delete' })).codes, ['BAD_USER_INPUT'])
  assert.equal((await clerk().users.getUser('user_short')).id, 'user_short')
  assert.deepEqual((await leaver.ask('DeleteAccount', { confirm: 'DELETE' })).codes, [])
  await assert.rejects(clerk().users.getUser('user_short'))
  await until('the router refuses the session', () => isRefused(leaver.token), 2_000)
})

test('a ban that is decided at Clerk arrives here by webhook', async () => {
  const { token } = await session('linhvo')
  assert.equal(await isRefused(token), false)
  await clerk().users.banUser('user_linhvo')
  await until('the router refuses the session', () => isRefused(token))
  await clerk().users.unbanUser('user_linhvo')
  const admin = await session('puchiadmin')
  await until('the account is active again', async () => {
    const { data } = await admin.ask('AdminUsers', { filter: { emailPrefix: 'linhvo' } })
    return data.users.edges[0].node.status === 'ACTIVE'
  })
})

test('of the other sessions those end, too, that Clerk alone knew of', async () => {
  const [here, there] = [await session('anpham'), await session('anpham')]
  const { data, codes } = await here.ask('RevokeOtherSessions')
  assert.deepEqual([codes, data.revokeOtherSessions.ended >= 1], [[], true])
  assert.equal((await clerk().sessions.getSession(there.id)).status, 'revoked')
  assert.equal((await clerk().sessions.getSession(here.id)).status, 'active')
  await until('the router refuses the session', () => isRefused(there.token), 2_000)
  assert.equal(await isRefused(here.token), false)
})

test('a role that is granted is there after at most a minute, and is listed', async () => {
  const admin = await session('puchiadmin')
  const { data, codes } = await admin.ask('AssignRole', { userId: 'user_linhvo', role: 'teacher' })
  assert.deepEqual([data.assignRole.user.roles, codes], [['student', 'teacher', 'user'], []])
  const log = await admin.ask('AuditLog', { filter: { action: 'role.grant' } })
  const [{ node }] = log.data.auditLog.edges
  assert.deepEqual(
    [node.actor, node.resourceId],
    [{ id: 'user_puchiadmin', username: 'puchiadmin' }, 'user_linhvo'],
  )
  assert.deepEqual((await admin.ask('RolesAndPermissions')).codes, [])
})
