import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { accessRules } from '@puchi/platform/access/rules'
import { subgraphSchema } from '@puchi/platform/subgraph/schema'
import { sdlOf } from '@puchi/schema/sdl'
import { type GraphQLField, getNamedType, isLeafType, isNonNullType, isObjectType, parse } from 'graphql'
import { viewerOf } from '../../tests/harness/caller.ts'
import { executor } from '../../tests/harness/execute.ts'
import { authInMemory, by, user } from '../../tests/harness/users.ts'
import { type Context, contextFor } from './graphql/context.ts'
import { resolvers } from './graphql/resolvers.ts'

const sdl = sdlOf('auth')
const schema = subgraphSchema({ sdl, resolvers })
const rules = accessRules(parse(sdl), schema)
const execute = executor<Context>('auth', resolvers)

/** What anybody may have: the one place that says so. */
const open = ['Query.me', 'Query._entities', 'Query._service', 'Mutation.refreshToken', 'User.id']
/** What its owner and `admin:users` may have, and everybody else sees as null. */
const owned = Object.keys(fieldsOf('User')).filter((name) => name !== 'id')

function fieldsOf(name: string): Record<string, GraphQLField<unknown, unknown>> {
  const type = schema.getType(name)
  assert(isObjectType(type))
  return type.getFields()
}

test('A14 every field at the root is open by name or guarded by a rule, and what is guarded may be null', () => {
  for (const root of ['Query', 'Mutation', 'Subscription'])
    for (const { name, type } of Object.values(fieldsOf(root))) {
      const coordinate = `${root}.${name}`
      assert.equal(
        open.includes(coordinate),
        !rules.has(coordinate),
        `${coordinate} is neither open nor guarded`,
      )
      assert(!rules.has(coordinate) || !isNonNullType(type), `${coordinate} must be nullable`)
    }
})

test('A14 every field of a user is open by name or its owner’s, and so may be null', () => {
  for (const { name, type } of Object.values(fieldsOf('User')))
    assert(open.includes(`User.${name}`) || !isNonNullType(type), `User.${name} must be nullable`)
})

test('A14 no other type is reached but through a guarded field or an owned one', () => {
  const seen = new Set<string>()
  const walk = (typeName: string, isSafe: boolean): void => {
    if (seen.has(`${typeName} ${isSafe}`) || !isObjectType(schema.getType(typeName))) return
    seen.add(`${typeName} ${isSafe}`)
    assert(
      isSafe ||
        ['Query', 'Mutation', 'Subscription', 'User', 'RefreshTokenPayload', '_Service'].includes(typeName),
      typeName,
    )
    for (const { name, type } of Object.values(fieldsOf(typeName))) {
      const isGuarded = rules.has(`${typeName}.${name}`) || (typeName === 'User' && owned.includes(name))
      walk(getNamedType(type).name, isSafe || isGuarded)
    }
  }
  walk('Query', false)
  walk('Mutation', false)
})

const selections = owned.map((name) => {
  const type = fieldsOf('User')[name]?.type
  assert(type)
  return isLeafType(getNamedType(type)) ? name : `${name} { __typename }`
})
const everything = `{ id ${selections.join(' ')} }`

/** Every way to a user: how to ask, and where in the answer the users are. */
const paths: Record<string, { query: string; variables?: object; needs?: string }> = {
  me: { query: `{ me ${everything} }` },
  reference: {
    query: `query($r: [_Any!]!) { _entities(representations: $r) { ... on User ${everything} } }`,
    variables: { r: ['user_lan', 'user_an'].map((id) => ({ __typename: 'User', id })) },
  },
  users: { query: `{ users { edges { node ${everything} } } }`, needs: 'admin:users' },
  'audit log': { query: `{ auditLog { edges { node { actor ${everything} } } } }`, needs: 'admin:users' },
  'assigned role': {
    query: `mutation { assignRole(userId: "user_an", role: "teacher") { user ${everything} } }`,
    needs: 'admin:roles',
  },
}
const roles: Record<string, string[] | null> = {
  anonymous: null,
  learner: [],
  'role admin': ['admin:roles'],
  'user admin': ['admin:users'],
}

/** Every object in an answer that stands for a user. */
function usersIn(value: unknown): Record<string, unknown>[] {
  if (Array.isArray(value)) return value.flatMap(usersIn)
  if (typeof value !== 'object' || value === null) return []
  return 'email' in value ? [value as Record<string, unknown>] : Object.values(value).flatMap(usersIn)
}

describe('A14 each field of a user, for each role, on each path', () => {
  for (const [path, { query, variables = {}, needs }] of Object.entries(paths))
    for (const [role, permissions] of Object.entries(roles))
      test(`${path}, asked by ${role}`, async () => {
        const auth = authInMemory({ users: [user('user_lan'), user('user_an'), user('user_root', 'admin')] })
        await auth.commands.assignRole(by('user_root'), { userId: 'user_lan', role: 'student' })
        const viewer = permissions && viewerOf('user_lan', ...permissions)
        const context = contextFor(auth.sources, viewer, { ip: null, userAgent: null })
        const { data, codes } = await execute(query, context, variables as Record<string, unknown>)
        const mayAsk = !needs || permissions?.includes(needs) === true
        assert.deepEqual(codes, mayAsk ? [] : [permissions ? 'FORBIDDEN' : 'UNAUTHENTICATED'])
        for (const found of usersIn(data)) {
          const mayRead =
            permissions !== null && (found['id'] === 'user_lan' || permissions.includes('admin:users'))
          const shown = owned.filter((name) => found[name] !== null && name !== 'lastSignInAt')
          const all = owned.filter((name) => name !== 'lastSignInAt')
          assert.deepEqual(shown, mayRead ? all : [], `${found['id']}`)
        }
        assert.equal(usersIn(data).length > 0, mayAsk && !(path === 'me' && !permissions))
      })
})
