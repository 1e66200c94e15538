import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { createClerkClient } from '@clerk/backend'
import { namedOperation } from './harness/operations.ts'
import { type Stack, startStack } from './harness/stack.ts'

let stack: Stack
before(async () => {
  stack = await startStack()
})
after(() => stack.close())

const clerk = () =>
  createClerkClient({
    secretKey: stack.env['CLERK_SECRET_KEY'] ?? '',
    apiUrl: stack.identity.url,
    telemetry: { disabled: true },
  })

/** A live session of a demo learner, and how to ask in it. */
async function session(username: string) {
  const { id } = await clerk().sessions.createSession({ userId: `user_${username}` })
  const { jwt: token } = await clerk().sessions.getToken(id)
  const ask = async (name: string, variables = {}) => {
    const { body } = await stack.ask(namedOperation(name), { token, variables })
    return { data: body.data, codes: (body.errors ?? []).map(({ extensions }) => extensions['code']) }
  }
  return { id, token, ask }
}

test('an admin sees accounts joined from auth and user; a learner gets null and a reason, and nothing is fetched', async () => {
  const { ask } = await session('puchiadmin')
  const { data, codes } = await ask('AdminUsers', { filter: { emailPrefix: 'anpham' } })
  assert.deepEqual(codes, [])
  const [{ node }] = data.users.edges
  assert.deepEqual(
    [node.email, node.username, node.roles],
    ['anpham@example.com', 'anpham', ['student', 'user']],
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
