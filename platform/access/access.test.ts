import assert from 'node:assert/strict'
import { test } from 'node:test'
import { composeServices } from '@apollo/composition'
import { buildASTSchema, execute, type GraphQLSchema, graphql, Kind, parse, print, validate } from 'graphql'
import { bareViewer, type Viewer } from '../identity/viewer.ts'
import { denied, type Rule } from './access.ts'
import { operationAccess, withRefusals } from './operation.ts'
import { guardResolvers } from './resolvers.ts'
import { accessRules, ruleOf } from './rules.ts'

const lan = bareViewer({ userId: 'user_lan', sessionId: 'sess_1' })
const admin: Viewer = { ...lan, permissions: ['admin:users', 'admin:roles'] }
const either: Rule = [{ kind: 'permissions', anyOf: [['a', 'b'], ['c']] }]

const sdl = `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.14",
    import: ["@key", "@authenticated", { name: "@requiresScopes", as: "@may" }, "@policy"])
  type Query { open: Int  mine: Int @authenticated  users(first: Int): [User] @may(scopes: [["admin:users"]])
    people: [User]  node: Node  secret: Secret  acting: Int @policy(policies: [["active"]])  never: Int @policy(policies: [["x"]]) }
  type Mutation { act(n: Int): Int @authenticated  open: Int }
  interface Node { id: ID!  note: String }
  type User implements Node @key(fields: "id") { id: ID!  note: String @authenticated  email: String @may(scopes: [["admin:users"]]) }
  type Pet implements Node @key(fields: "id") { id: ID!  note: String  email: Int }
  type Secret @may(scopes: [["admin:roles"]]) { word: String }`

const fields = [
  'Query.mine signed-in',
  'Query.users permissions',
  'Query.secret permissions',
  'Query.acting policies',
  'Query.never policies',
  'Mutation.act signed-in',
  'Node.note signed-in',
  'User.note signed-in',
  'User.email permissions',
  'Secret.word permissions',
]

const own = buildASTSchema(parse(sdl), { assumeValidSDL: true })
const rules = accessRules(parse(sdl), own)
const admit = operationAccess(own, rules)

test('a list of one demands the same without its brackets', () => {
  const demanded = (scopes: string) => {
    const [query] = parse(`type Query { a: Int @requiresScopes(scopes: ${scopes}) }`).definitions
    assert(query?.kind === Kind.OBJECT_TYPE_DEFINITION)
    return ruleOf(query.fields?.[0]?.directives ?? [])
  }
  const wanted: Rule = [{ kind: 'permissions', anyOf: [['x']] }]
  for (const scopes of ['[["x"]]', '["x"]', '"x"']) assert.deepEqual(demanded(scopes), wanted)
})

test('a viewer passes with one of the sets of permissions, and nobody without signing in', () => {
  const with_ = (...permissions: string[]) => denied(either, { ...lan, permissions })
  assert.deepEqual([with_('a'), with_('a', 'b'), with_('c'), with_()], ['FORBIDDEN', null, null, 'FORBIDDEN'])
  assert.equal(denied(either, null), 'UNAUTHENTICATED')
  assert.equal(denied([{ kind: 'signed-in' }], null), 'UNAUTHENTICATED')
  assert.equal(denied([{ kind: 'signed-in' }], lan), null)
  assert.equal(denied([], null), null)
})

test('several demands are all to be met; a policy nobody defined is met by nobody', () => {
  const both: Rule = [...either, { kind: 'policies', anyOf: [['active']] }]
  assert.equal(denied(both, { ...lan, permissions: ['c'] }), null)
  assert.equal(denied(both, { ...lan, permissions: ['c'], status: 'SUSPENDED' }), 'FORBIDDEN')
  for (const name of ['x', 'constructor', '__proto__'])
    assert.equal(denied([{ kind: 'policies', anyOf: [[name]] }], admin), 'FORBIDDEN')
})

const kinds = (found: ReturnType<typeof accessRules>) =>
  [...found].map(
    ([coordinate, rule]) => `${coordinate} ${[...new Set(rule.map(({ kind }) => kind))].join('+')}`,
  )

test("rules are read from a subgraph's SDL, under the names its links give, types and interfaces included", () => {
  assert.deepEqual(kinds(rules).toSorted(), fields.toSorted())
})

test('a composed supergraph says the same', () => {
  const { supergraphSdl, errors } = composeServices([{ name: 'a', url: 'http://a', typeDefs: parse(sdl) }])
  assert(supergraphSdl, String(errors))
  assert.match(supergraphSdl, /join__Graph/)
  const document = parse(supergraphSdl)
  const found = accessRules(document, buildASTSchema(document, { assumeValidSDL: true }))
  assert.deepEqual(kinds(found).toSorted(), fields.toSorted())
})

test('they are read whatever the directive is called that links them', () => {
  const linked = [
    '@core(feature: "https://specs.apollo.dev/authenticated/v0.1", for: SECURITY)',
    '@brings(url: "https://specs.apollo.dev/authenticated/v0.1", for: SECURITY)',
  ]
  for (const link of linked) {
    const document = parse(`schema ${link} { query: Query } type Query { mine: Int @authenticated }`)
    const found = accessRules(document, buildASTSchema(document, { assumeValidSDL: true }))
    assert.deepEqual(kinds(found), ['Query.mine signed-in'], link)
  }
})

const roots = {
  open: 1,
  mine: 2,
  users: [{ __typename: 'User', id: '1', note: 'n', email: 'e' }],
  people: [
    { __typename: 'User', id: '1', note: 'n', email: 'e' },
    null,
    { __typename: 'User', id: '2', note: 'm', email: 'f' },
  ],
  node: { __typename: 'Pet', id: '3', note: 'p', email: 4 },
  secret: { word: 'w' },
}

async function asked(query: string, viewer: Viewer | null, schema: GraphQLSchema = own) {
  const document = parse(query)
  assert.deepEqual(validate(schema, document), [])
  const admitted = admit(document, viewer)
  const result = await execute({ schema, document: admitted.document, rootValue: roots })
  const { data, errors = [] } = withRefusals(JSON.parse(JSON.stringify(result)), admitted.refused)
  const said = errors.map(({ path, extensions }: { path: string[]; extensions: { code: string } }) =>
    [path.join('.'), extensions.code].join(' '),
  )
  return {
    text: JSON.stringify(data),
    said,
    document: print(admitted.document),
    same: admitted.document === document,
  }
}

test('what nobody is denied is planned as it came', async () => {
  const { same, said } = await asked('{ open people { id } }', null)
  assert.deepEqual([same, said], [true, []])
  assert.equal((await asked('{ users { email } secret { word } }', admin)).same, true)
})

test('a refused field is not planned, and is null with an error wherever it would stand', async () => {
  const { text, said, document } = await asked('{ people { id mail: email } mine open }', null)
  assert.equal(text, '{"people":[{"id":"1","mail":null},null,{"id":"2","mail":null}],"mine":null,"open":1}')
  assert.deepEqual(said, [
    'people.0.mail UNAUTHENTICATED',
    'people.2.mail UNAUTHENTICATED',
    'mine UNAUTHENTICATED',
  ])
  assert.doesNotMatch(document, /email|mine/)
  const forbidden = await asked('{ people { id email } mine }', lan)
  assert.equal(forbidden.text, '{"people":[{"id":"1","email":null},null,{"id":"2","email":null}],"mine":2}')
  assert.deepEqual(forbidden.said, ['people.0.email FORBIDDEN', 'people.2.email FORBIDDEN'])
})

test('a refused field takes its arguments, fragments and variables with it', async () => {
  const { text, document } = await asked(
    'query($n: Int, $o: Boolean!) { users(first: $n) { ...U } open @include(if: $o) } fragment U on User { id }'.replace(
      '$o: Boolean!',
      '$o: Boolean! = true',
    ),
    lan,
  )
  assert.equal(text, '{"users":null,"open":1}')
  assert.doesNotMatch(document, /\$n|fragment/)
  assert.match(document, /\$o/)
})

test('of a type condition only the type behind it counts, under the same name too', async () => {
  const query = '{ node { id ... on User { x: note } ... on Pet { x: note } } }'
  assert.deepEqual(await asked(query, null).then(({ text, said }) => [text, said]), [
    '{"node":{"id":"3","x":"p"}}',
    [],
  ])
  const plain = await asked('{ node { note } }', null)
  assert.deepEqual([plain.text, plain.said], ['{"node":{"note":null}}', ['node.note UNAUTHENTICATED']])
})

test('a refused mutation does not run, and its neighbour does', async () => {
  const { text, said } = await asked('mutation { act(n: 1) open }', null)
  assert.deepEqual([text, said], ['{"act":null,"open":1}', ['act UNAUTHENTICATED']])
})

test('in a subgraph a refused field runs no resolver and is told to whoever audits', async () => {
  const schema = buildASTSchema(parse(sdl), { assumeValidSDL: true })
  let ran = 0
  const users = schema.getQueryType()?.getFields()['users']
  assert(users)
  users.resolve = () => {
    ran += 1
    return []
  }
  const told: string[] = []
  guardResolvers(schema, rules, (viewer, coordinate) => void told.push(`${viewer.userId} ${coordinate}`))
  const ask = async (viewer: Viewer | null) => {
    const { errors } = await graphql({ schema, source: '{ users { id } }', contextValue: { viewer } })
    return errors?.[0]?.extensions['code']
  }
  assert.deepEqual(
    [await ask(null), await ask(lan), await ask(admin)],
    ['UNAUTHENTICATED', 'FORBIDDEN', undefined],
  )
  assert.deepEqual([ran, told], [1, ['user_lan Query.users']])
})

test('the null of a refused field that may not be null goes up to where one may stand, as of any other error', async () => {
  const text = `type Query { me: Person! us: [Person!]! rows: [[Person!]!] some: [Named] } union Any = Person
    interface Named { name: String! }
    type Person implements Named { id: ID name: String! @authenticated any: Any friend: Person! boss: Person }`
  const schema = buildASTSchema(parse(`directive @authenticated on FIELD_DEFINITION ${text}`))
  const link =
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@authenticated"])'
  const admitting = operationAccess(schema, accessRules(parse(`${link} ${text}`), schema))
  const person = { __typename: 'Person', id: '1', name: 'An' }
  const met = { ...person, any: person, friend: { ...person, boss: person } }
  const rootValue = { me: met, us: [met], rows: [[met], []], some: [null, met] }
  const cases: [query: string, data: object | null, places: string[]][] = [
    ['{ me { id } us { id } }', { me: { id: '1' }, us: [{ id: '1' }] }, []],
    ['{ me { id name } }', null, ['me.name']],
    ['{ us { ...F } } fragment F on Person { id n: name }', null, ['us.0.n']],
    ['{ rows { name } }', { rows: null }, ['rows.0.0.name']],
    ['{ some { name } }', { some: [null, null] }, ['some.1.name']],
    ['{ me { any { ... on Named { name } } } }', { me: { any: null } }, ['me.any.name']],
    [
      '{ me { friend { id boss { id name __typename } } } }',
      { me: { friend: { id: '1', boss: null } } },
      ['me.friend.boss.name'],
    ],
    ['{ me { id ... @include(if: false) { name } } }', { me: { id: '1' } }, []],
  ]
  for (const [query, data, places] of cases) {
    const { document, refused } = admitting(parse(query), null)
    const answer = withRefusals(await execute({ schema, document, rootValue }), refused)
    assert.deepEqual(JSON.parse(JSON.stringify(answer.data)), data, query)
    assert.deepEqual(answer.errors?.map(({ path }) => path?.join('.')) ?? [], places, query)
    assert(places.length > 0 || !('errors' in answer), query)
  }
})
