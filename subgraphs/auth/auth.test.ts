import assert from 'node:assert/strict'
import { test } from 'node:test'
import { viewerOf } from '../../tests/harness/caller.ts'
import { executor } from '../../tests/harness/execute.ts'
import { usersInMemory } from '../../tests/harness/users.ts'
import type { User, Users } from './domain/user.ts'
import { type Context, contextFor } from './graphql/context.ts'
import { resolvers } from './graphql/user.ts'

const execute = executor<Context>('auth', resolvers)
const user = (id: string): User => ({
  id,
  status: 'ACTIVE',
  details: { email: `${id}@example.com`, emailVerified: true, locale: 'vi' },
  roles: ['student', 'user'],
})

const ask = (users: Users, viewerId: string | null, query: string, variables = {}) =>
  execute(query, contextFor(users, viewerId ? viewerOf(viewerId) : null), variables)

const everything = '{ id email emailVerified status roles }'
const entities = `query($r: [_Any!]!) { _entities(representations: $r) { ... on User ${everything} } }`
const hidden = { email: null, emailVerified: null, status: null, roles: null }

test('me is the own account, and null for an anonymous visitor', async () => {
  const users = usersInMemory(user('user_lan'))
  const { data } = await ask(users, 'user_lan', `{ me ${everything} }`)
  const own = {
    email: 'user_lan@example.com',
    emailVerified: true,
    status: 'ACTIVE',
    roles: ['student', 'user'],
  }
  assert.deepEqual(data, { me: { id: 'user_lan', ...own } })
  assert.deepEqual(await ask(users, null, `{ me ${everything} }`), {
    data: { me: null },
    errors: [],
    codes: [],
  })
})

test('before Clerk has told the details, me answers what is known', async () => {
  const users = usersInMemory({ id: 'user_lan', status: 'ACTIVE', details: null, roles: ['user'] })
  const { data } = await ask(users, 'user_lan', `{ me ${everything} }`)
  assert.deepEqual(data, { me: { id: 'user_lan', ...hidden, status: 'ACTIVE', roles: ['user'] } })
})

test("A12 of other people's accounts a reference answers the id alone, without an error", async () => {
  const users = usersInMemory(user('user_lan'), user('user_an'))
  const r = ['user_an', 'user_x', 'user_lan'].map((id) => ({ __typename: 'User', id }))
  const { data, errors } = await ask(users, 'user_lan', entities, { r })
  const [other, unknown, own] = (data?.['_entities'] ?? []) as Record<string, unknown>[]
  assert.deepEqual(other, { id: 'user_an', ...hidden })
  assert.deepEqual(unknown, { id: 'user_x', ...hidden })
  assert.equal(own?.['email'], 'user_lan@example.com')
  assert.deepEqual(errors, [])
})

test('fifty references are one question to the store', async () => {
  const users = usersInMemory()
  const asked: (readonly string[])[] = []
  const counting: Users = {
    ...users,
    byIds: (ids) => {
      asked.push(ids)
      return users.byIds(ids)
    },
  }
  const r = Array.from({ length: 50 }, (_, i) => ({ __typename: 'User', id: `user_${i % 40}` }))
  await ask(counting, null, entities, { r })
  assert.deepEqual(
    asked.map(({ length }) => length),
    [40],
  )
})
