import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cursorOf } from '@puchi/platform/pagination'
import { viewerOf } from '../../tests/harness/caller.ts'
import { executor } from '../../tests/harness/execute.ts'
import { authInMemory, by, user } from '../../tests/harness/users.ts'
import { firstSeen } from './domain/user.ts'
import { type Context, contextFor } from './graphql/context.ts'
import { resolvers } from './graphql/resolvers.ts'

const execute = executor<Context>('auth', resolvers)
type Auth = ReturnType<typeof authInMemory>
const nowhere = { ip: null, userAgent: null }

const ask = ({ sources }: Auth, viewer: string | null, query: string, variables = {}) => {
  const [id = '', ...permissions] = (viewer ?? '').split(' ')
  return execute(query, contextFor(sources, viewer ? viewerOf(id, ...permissions) : null, nowhere), variables)
}

const everything =
  '{ id email emailVerified status roles permissions locale linkedAccounts { provider } sessions { id isCurrent } }'
const entities = `query($r: [_Any!]!) { _entities(representations: $r) { ... on User ${everything} } }`
const hidden = {
  email: null,
  emailVerified: null,
  status: null,
  roles: null,
  permissions: null,
  locale: null,
  linkedAccounts: null,
  sessions: null,
}
const lan = () =>
  authInMemory({ users: [user('user_lan', 'student'), user('user_an'), user('user_root', 'admin')] })

test('me is the own account, and null for an anonymous visitor', async () => {
  const { data } = await ask(lan(), 'user_lan', `{ me ${everything} }`)
  const own = {
    email: 'user_lan@example.com',
    emailVerified: true,
    status: 'ACTIVE',
    roles: ['student', 'user'],
    permissions: ['lesson:read', 'profile:read'],
    locale: 'vi',
    linkedAccounts: [{ provider: 'google' }],
    sessions: [],
  }
  assert.deepEqual(data, { me: { id: 'user_lan', ...own } })
  const anonymous = await ask(lan(), null, `{ me ${everything} }`)
  assert.deepEqual(anonymous, { data: { me: null }, errors: [], codes: [] })
})

test('before Clerk has told the details, me answers what is known', async () => {
  const auth = authInMemory({ users: [firstSeen('user_lan')] })
  const { data } = await ask(auth, 'user_lan', '{ me { id email status roles } }')
  assert.deepEqual(data, { me: { id: 'user_lan', email: null, status: 'ACTIVE', roles: ['user'] } })
})

test("A12 of other people's accounts a reference answers the id alone, without an error", async () => {
  const r = ['user_an', 'user_x', 'user_lan'].map((id) => ({ __typename: 'User', id }))
  const { data, errors } = await ask(lan(), 'user_lan', entities, { r })
  const [other, unknown, own] = (data?.['_entities'] ?? []) as Record<string, unknown>[]
  assert.deepEqual(other, { id: 'user_an', ...hidden })
  assert.deepEqual(unknown, { id: 'user_x', ...hidden })
  assert.equal(own?.['email'], 'user_lan@example.com')
  assert.deepEqual(errors, [])
})

test('of two mutations in one request each shows what it changed', async () => {
  const about = '(userId: "user_an", role: "teacher") { user { permissions } }'
  const twice = `mutation { given: assignRole${about} taken: revokeRole${about} }`
  const { data, errors } = await ask(lan(), 'user_root admin:roles admin:users', twice)
  assert.deepEqual(errors, [])
  assert.deepEqual(data, {
    given: { user: { permissions: ['lesson:write', 'profile:read'] } },
    taken: { user: { permissions: ['profile:read'] } },
  })
})

test('fifty references are one question to the store', async () => {
  const auth = authInMemory()
  const asked: number[] = []
  const { byIds } = auth.users
  auth.sources.users.byIds = (ids) => {
    asked.push(ids.length)
    return byIds(ids)
  }
  const r = Array.from({ length: 50 }, (_, i) => ({ __typename: 'User', id: `user_${i % 40}` }))
  await ask(auth, null, entities, { r })
  assert.deepEqual(asked, [40])
})

const lists =
  '{ users(first: 2) { edges { node { id email } } pageInfo { hasNextPage endCursor } } roles { name } permissions { name } auditLog { edges { node { id } } } }'

test('lists are for those whose roles allow it; everybody else gets null and a reason for each', async () => {
  const nothing = { users: null, roles: null, permissions: null, auditLog: null }
  const anonymous = await ask(lan(), null, lists)
  assert.deepEqual([anonymous.data, new Set(anonymous.codes)], [nothing, new Set(['UNAUTHENTICATED'])])
  const learner = await ask(lan(), 'user_lan', lists)
  assert.deepEqual([learner.data, new Set(learner.codes)], [nothing, new Set(['FORBIDDEN'])])
  const { data, codes } = await ask(lan(), 'user_root admin:users admin:roles', lists)
  const { users } = data as {
    users: { edges: unknown[]; pageInfo: { hasNextPage: boolean; endCursor: string } }
  }
  assert.deepEqual(codes, [])
  assert.equal(users.edges.length, 2)
  assert.equal(users.pageInfo.hasNextPage, true)
})

test('a connection goes on where its page ended, and refuses what is no page', async () => {
  const page = (args: string) =>
    ask(
      lan(),
      'user_root admin:users',
      `{ users(${args}) { edges { node { id } } pageInfo { hasNextPage endCursor } } }`,
    )
  const first = (await page('first: 2')).data?.['users'] as { pageInfo: { endCursor: string } }
  const rest = await page(`first: 2, after: "${first.pageInfo.endCursor}"`)
  assert.deepEqual(JSON.parse(JSON.stringify(rest.data)).users.edges, [{ node: { id: 'user_root' } }])
  const ofAudit = cursorOf('audit', ['1'])
  for (const bad of ['first: -1', 'first: 101', 'after: "x"', `after: "${ofAudit}"`])
    assert.deepEqual((await page(bad)).codes, ['BAD_USER_INPUT'], bad)
})

test('A15 a learner grants nothing to anybody, not even to themselves', async () => {
  const auth = lan()
  const grant = 'mutation { assignRole(userId: "user_lan", role: "admin") { user { roles } } }'
  assert.deepEqual((await ask(auth, 'user_lan', grant)).codes, ['FORBIDDEN'])
  assert.deepEqual((await ask(auth, null, grant)).codes, ['UNAUTHENTICATED'])
  assert.deepEqual(auth.users.get('user_lan')?.roles, ['student', 'user'])
  const { data } = await ask(auth, 'user_root admin:roles admin:users', grant)
  assert.deepEqual(data, { assignRole: { user: { roles: ['admin', 'student', 'user'] } } })
})

test('the audit log names who acted, newest first', async () => {
  const auth = lan()
  await auth.commands.assignRole(by('user_root'), { userId: 'user_an', role: 'teacher' })
  const query = '{ auditLog { edges { node { id action actor { id email } metadata } } } }'
  const { data, codes } = await ask(auth, 'user_root admin:users', query)
  assert.deepEqual(codes, [])
  const actor = { id: 'user_root', email: 'user_root@example.com' }
  const node = { id: '1', action: 'role.grant', actor, metadata: '{"role":"teacher"}' }
  assert.deepEqual(data, { auditLog: { edges: [{ node }] } })
})

test('a refresh token is exchanged without signing in', async () => {
  const live = {
    userId: 'user_lan',
    createdAt: new Date(0),
    expiresAt: new Date('2027-01-01'),
    location: null,
  }
  const auth = authInMemory({ users: [user('user_lan')], clerk: { sess_test: live } })
  const login =
    'mutation { login(input: { deviceName: "Phone" }) { refreshToken session { deviceName isCurrent } } }'
  const { data } = await ask(auth, 'user_lan', login)
  assert(data)
  const { refreshToken, session } = data['login'] as { refreshToken: string; session: unknown }
  assert.deepEqual(session, { deviceName: 'Phone', isCurrent: true })
  const refresh =
    'mutation($t: String!) { refreshToken(refreshToken: $t) { sessionToken refreshToken expiresAt } }'
  const answer = await ask(auth, null, refresh, { t: refreshToken })
  assert(answer.data)
  assert.equal((answer.data['refreshToken'] as { sessionToken: string }).sessionToken, 'jwt of sess_test')
  assert.deepEqual((await ask(auth, null, refresh, { t: 'rt_other' })).codes, ['UNAUTHENTICATED'])
})
