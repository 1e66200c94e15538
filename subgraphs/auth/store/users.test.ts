import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { createHub } from '@puchi/platform/live/hub'
import { createTelemetry } from '@puchi/platform/telemetry'
import { asOwner, authOn } from '../../../tests/harness/auth-database.ts'
import { databaseFor } from '../../../tests/harness/database.ts'
import { by } from '../../../tests/harness/users.ts'
import { learnDetails, welcome } from '../domain/first-sight.ts'
import { bySystem } from '../domain/outcome.ts'
import { firstSeen } from '../domain/user.ts'
import { contextFor } from '../graphql/context.ts'

const live = createHub(createTelemetry('test'))
const url = await databaseFor('auth')
const auth = authOn(url)
const { users, commands, statements } = auth
after(auth.close)

const known = {
  email: 'lan@example.com',
  emailVerified: true,
  locale: 'vi',
  linkedAccounts: ['google'],
  asOf: new Date(1_000),
}
const named = (email: string) => ({ detailsOf: async () => ({ ...known, email, banned: false }) })
const told = async (id: string) =>
  (
    await asOwner<{ key: string }>(url, 'SELECT key FROM outbox WHERE aggregate_id = $1 ORDER BY position', [
      id,
    ])
  ).map(({ key }) => key)
const audited = async (id: string) =>
  (
    await asOwner<{ action: string }>(
      url,
      'SELECT action FROM audit_log WHERE resource_id = $1 ORDER BY seq',
      [id],
    )
  ).map(({ action }) => action)

test('a user is kept with details and roles, and read back the same', async () => {
  await welcome(users, 'user_lan')
  await learnDetails(users, named('lan@example.com'), 'user_lan')
  const lan = { ...firstSeen('user_lan'), details: known }
  assert.deepEqual(await users.byIds(['user_x', 'user_lan']), [null, lan])
  await commands.assignRole(by('user_lan'), { userId: 'user_lan', role: 'teacher' })
  assert.deepEqual((await users.byIds(['user_lan']))[0]?.roles, ['teacher', 'user'])
  const [grant] = await asOwner<{ granted_by: string }>(
    url,
    "SELECT granted_by FROM user_roles WHERE role_name = 'teacher'",
  )
  assert.equal(grant?.granted_by, 'user_lan')
})

test('what happened to a user is told and audited, in order, with the state itself', async () => {
  assert.deepEqual(await told('user_lan'), ['auth.user.created', 'auth.user.updated', 'auth.role.granted'])
  assert.deepEqual(await audited('user_lan'), ['user.register', 'role.grant'])
  const envelopes = await asOwner<{ envelope: string }>(url, 'SELECT envelope FROM outbox')
  assert(envelopes.every(({ envelope }) => !envelope.includes('@')))
})

test('fifty references cost one statement', async () => {
  const ids = Array.from({ length: 50 }, (_, i) => `user_${i}`)
  for (const id of ids.slice(0, 3)) await welcome(users, id)
  statements.length = 0
  const { account } = contextFor({ ...auth, commands, live }, null, { ip: null, userAgent: null })
  const accounts = await Promise.all(ids.map(account))
  assert.equal(accounts.length, 50)
  assert.equal(statements.length, 1, statements.join('\n'))
})

test('a user seen by twenty requests at once is one user, told once', async () => {
  await Promise.all(Array.from({ length: 20 }, () => welcome(users, 'user_many')))
  assert.deepEqual((await users.byIds(['user_many']))[0]?.roles, ['user'])
  assert.deepEqual(await told('user_many'), ['auth.user.created'])
})

test('changes of one user at the same time wait for each other: none is lost', async () => {
  await welcome(users, 'user_busy')
  const grant = (role: string) => commands.assignRole(by('user_busy'), { userId: 'user_busy', role })
  await Promise.all(['admin', 'student', 'teacher'].map(grant))
  const [busy] = await users.byIds(['user_busy'])
  assert.deepEqual([busy?.roles, busy?.permissionVersion], [['admin', 'student', 'teacher', 'user'], 3])
})

test('of two admins who step down at once one stays', async () => {
  for (const id of ['user_a', 'user_b']) {
    await welcome(users, id)
    await commands.assignRole(by(id), { userId: id, role: 'admin' })
  }
  await commands.revokeRole(by('user_busy'), { userId: 'user_busy', role: 'admin' })
  const down = ['user_a', 'user_b'].map((userId) =>
    commands.revokeRole(by(userId), { userId, role: 'admin' }),
  )
  const results = await Promise.allSettled(down)
  assert.deepEqual(results.map(({ status }) => status).toSorted(), ['fulfilled', 'rejected'])
})

test('a deleted user stays deleted, without anything personal', async () => {
  await welcome(users, 'user_gone')
  await commands.login({ ...by('user_gone', 'sess_gone_1'), ip: '10.0.0.1' }, { deviceName: 'Phone' })
  await commands.deleteAccount(by('user_gone'), 'DELETE')
  await welcome(users, 'user_gone')
  await learnDetails(users, named('gone@example.com'), 'user_gone')
  const gone = { ...firstSeen('user_gone'), status: 'DELETED', roles: [] }
  assert.deepEqual(await users.byIds(['user_gone']), [gone])
  const [session] = await asOwner(
    url,
    "SELECT ip_address, device_name, revoked_at IS NULL AS live FROM sessions WHERE user_id = 'user_gone'",
  )
  assert.deepEqual(session, { ip_address: null, device_name: null, live: false })
  assert.deepEqual(await told('user_gone'), [
    'auth.user.created',
    'auth.session.created',
    'auth.user.deleted',
    'auth.session.revoked',
  ])
})

test('U5 a change that is refused, or fails after it was written, leaves nothing behind', async () => {
  const refusals = [
    users.change('user_refused', bySystem, () => {
      throw new Error('no')
    }),
    users.change('user_refused', bySystem, () => ({
      user: firstSeen('user_refused'),
      happened: [{ type: 'user.created', userId: 'user_refused' }],
      audit: [{ action: 'user.register', resource: 'user', resourceId: 'user_refused' }],
      meanwhile: async () => {
        throw new Error('no')
      },
    })),
    // The log takes at most 4 KiB beside a line: the database itself refuses the row.
    users.change('user_refused', bySystem, () => ({
      user: firstSeen('user_refused'),
      audit: [
        {
          action: 'user.register',
          resource: 'user',
          resourceId: 'user_refused',
          metadata: { x: 'x'.repeat(5_000) },
        },
      ],
    })),
  ]
  const results = await Promise.allSettled(refusals)
  assert(results.every(({ status }) => status === 'rejected'))
  assert.deepEqual(await users.byIds(['user_refused']), [null])
  assert.deepEqual([await told('user_refused'), await audited('user_refused')], [[], []])
})

test('D10 whatever somebody writes is kept or refused as text, and never run', async () => {
  const texts = [
    "'; DROP TABLE users; --",
    '" OR 1=1',
    '\\',
    '%',
    '_',
    '$1',
    "E'\\x00'",
    '{}',
    '1e999',
    '/*',
    '🦆',
  ]
  for (const text of texts) {
    await auth.userList.page({ emailPrefix: text, role: text }, { first: 5, after: text })
    await auth.audit.page({ actor: text, action: text, from: null, to: null }, { first: 5, after: null })
    await assert.rejects(commands.assignRole(by('user_lan'), { userId: 'user_lan', role: text }), {
      name: 'Refusal',
    })
    await assert.rejects(commands.revokeSession(by('user_lan'), text), { name: 'Refusal' })
    await assert.rejects(commands.refresh(by('user_lan'), text), { name: 'Refusal' })
  }
  assert((await users.byIds(['user_lan']))[0])
})

test('accounts are found by role, status and how their e-mail begins', async () => {
  const found = async (filter: object) =>
    (await auth.userList.page(filter, { first: 100, after: null })).map(({ id }) => id)
  assert.deepEqual(await found({ emailPrefix: 'LAN@' }), ['user_lan'])
  assert.deepEqual(await found({ emailPrefix: '%' }), [])
  assert.deepEqual(await found({ status: 'DELETED' }), ['user_gone'])
  assert.deepEqual(await found({ role: 'teacher' }), ['user_busy', 'user_lan'])
})
