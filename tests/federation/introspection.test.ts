import assert from 'node:assert/strict'
import { test } from 'node:test'
import { buildSchema, getIntrospectionQuery, graphqlSync, parse } from 'graphql'
import { compose } from '../../dev/compose.ts'
import { compileOperation } from '../../router/execute/compile/operation.ts'
import { execute } from '../../router/execute/execute.ts'
import { createPlanning } from '../../router/plan/planning.ts'
import { nobody } from '../harness/nobody.ts'

const shared = `"A day" scalar Day @specifiedBy(url: "https://example.com/day") scalar JSON
  enum Mode { LOUD "hush" QUIET @deprecated(reason: "too soft") }
  input Filter { modes: [Mode!]! = [LOUD] within: Within = { from: 1, mode: QUIET } old: Int = 3 @deprecated }
  input Within { from: Int! mode: Mode = LOUD within: Within }
  interface Node { id: ID! } interface Named implements Node { id: ID! name(loud: Boolean = false): String }`
const thing = `"""
  A thing
    of two lines
  """ type Thing implements Named & Node`
const query = `type Query { things(filter: Filter = { modes: [] }, "s" some: [[Int!]] = [[1]], raw: JSON, word: String = "\\u00e9\\n\\""): [Thing!]!
  any: Any @deprecated(reason: "no\\nmore") }`
const parts = [
  `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@inaccessible", "@tag", "@shareable", "@composeDirective"])
    @link(url: "https://example.com/loud/v1.0", import: ["@loud"]) @composeDirective(name: "@loud")
    directive @loud(by: Int = 3, how: JSON = { a: [1] }) repeatable on FIELD | FIELD_DEFINITION
    ${shared} ${thing} @key(fields: "id") { id: ID! name(loud: Boolean = false): String @loud day: Day data: JSON
      secret: Int @inaccessible old(at: Int = 1 @deprecated(reason: "x"), by: Hidden @inaccessible): Int @deprecated @tag(name: "x") }
    input Hidden @inaccessible { x: Int } union Any = Thing | Other type Other @shareable { x: Float! } ${query}`,
  `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable"])
    type Thing @key(fields: "id") { id: ID! "from b" more(mode: Mode = LOUD): Int } enum Mode { LOUD QUIET }
    type Other @shareable { x: Float! } scalar JSON type Mutation { make(filter: Filter!): Thing } input Filter { modes: [Mode!]! = [LOUD] within: Within = { from: 1, mode: QUIET } old: Int = 3 }
    input Within { from: Int! mode: Mode = LOUD within: Within }`,
]
const api = buildSchema(`directive @loud(by: Int = 3, how: JSON) repeatable on FIELD
  ${shared} ${thing} { id: ID! name(loud: Boolean = false): String day: Day data: JSON old(at: Int = 1 @deprecated(reason: "x")): Int @deprecated
    "from b" more(mode: Mode = LOUD): Int } union Any = Thing | Other type Other { x: Float! } ${query} type Mutation { make(filter: Filter!): Thing }`)

const planning = createPlanning(compose(parts.map((sdl, at) => ({ name: `s${at}`, url: 'http://s', sdl }))))
const nothing = () => assert.fail('a subgraph was asked')
const plain = (value: unknown) => JSON.parse(JSON.stringify(value))
const told = async (text: string, variables = {}) =>
  plain(
    await execute(compileOperation(planning, parse(text)), { variables, fetch: nothing, context: nobody }),
  )

const everything = getIntrospectionQuery({
  descriptions: true,
  specifiedByUrl: true,
  directiveIsRepeatable: true,
  schemaDescription: true,
  inputValueDeprecation: true,
  oneOf: true,
})

type Named = { name: string; args?: Named[]; fields?: Named[]; inputFields?: Named[]; defaultValue?: string }

/** The same in the order of names, which a schema has none of. */
const sorted = (value: unknown): unknown => {
  if (Array.isArray(value))
    return value
      .map(sorted)
      .sort((a, b) => (String((a as Named)?.name) < String((b as Named)?.name) ? -1 : 1))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, sorted(one)]))
}

test('introspection tells all that the schema of all subgraphs together tells', async () => {
  const { data } = await told(everything)
  const loud = data.__schema.directives.find(({ name }: Named) => name === 'loud')
  const how = loud.args.find(({ name }: Named) => name === 'how')
  assert.equal(how.defaultValue, '{a: [1]}')
  how.defaultValue = null
  assert.deepEqual(sorted(data), sorted(plain(graphqlSync({ schema: api, source: everything }).data)))
})

test('introspection is answered under the names and conditions that a client gives', async () => {
  for (const text of [
    '{ id: __schema { id: queryType { name: kind id: name __typename } } id: __schema { id: queryType { fields { id: name } } } __typename }',
    'query ($of: String!, $all: Boolean = true) { __type(name: $of) { ...T } none: __type(name: "None") { name } } fragment T on __Type { enumValues(includeDeprecated: $all) { name deprecationReason } }',
    'query ($all: Boolean!) { ... on Query { __type(name: "Mode") @include(if: $all) { name } __schema @skip(if: $all) { types { name } } } }',
  ]) {
    const variables = { of: 'Mode', all: true }
    const { schema } = planning
    const want = graphqlSync({ schema, source: text, variableValues: variables, rootValue: {} })
    assert.equal(JSON.stringify(await told(text, variables)), JSON.stringify(want), text)
  }
})
