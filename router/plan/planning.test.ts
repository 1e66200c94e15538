import assert from 'node:assert/strict'
import { test } from 'node:test'
import { composeServices } from '@apollo/composition'
import { GraphQLError, getOperationAST, parse } from 'graphql'
import { createPlanning, type Planning } from './planning.ts'
import { fetchesOf } from './walk.ts'
import { firstOf, isLate } from './ways/attempt.ts'

const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@external",
  "@requires", "@override", "@shareable", "@interfaceObject", "@authenticated", "@requiresScopes", "@policy"])\n`

function compose(subgraphs: Record<string, string>): string {
  const services = Object.entries(subgraphs).map(([name, sdl]) => ({
    name,
    url: `http://${name}`,
    typeDefs: parse(link + sdl),
  }))
  const { supergraphSdl, errors } = composeServices(services)
  assert(supergraphSdl, String(errors))
  return supergraphSdl
}

function operationsOf(planning: Planning, text: string): string[] {
  const document = parse(text)
  const operation = getOperationAST(document)
  assert(operation)
  return fetchesOf(planning.plan(document, operation, {}).plan).map(
    ({ fetch }) => `${fetch.serviceName} ${fetch.operation}`,
  )
}

/** What the last fetch from a subgraph sends of an entity. */
function sentTo(planning: Planning, text: string, subgraph: string): unknown {
  const document = parse(text)
  const operation = getOperationAST(document)
  assert(operation)
  const fetches = fetchesOf(planning.plan(document, operation, {}).plan)
  return fetches.findLast(({ fetch }) => fetch.serviceName === subgraph)?.fetch.requires
}

const prices = {
  goods: `type Query { goods: [Good] } type Good @key(fields: "id") { id: ID! price(currency: String): Int }`,
  fees: `
    type Good @key(fields: "id") {
      id: ID!
      price(currency: String): Int @external
      fee: Int @requires(fields: "price(currency: \\"USD\\")")
      toll: Int @requires(fields: "price(currency: \\"EUR\\")")
    }`,
}

test('a required call and a client’s call of the same field are two fields', () => {
  const [goods] = operationsOf(createPlanning(compose(prices)), '{ goods { price(currency: "VND") fee } }')
  assert.match(goods ?? '', /price\(currency:"VND"\)/)
  assert.match(goods ?? '', /price__rq0:price\(currency:"USD"\)/)
})

test('two values under one name are sent in two fetches', () => {
  const [, ...fees] = operationsOf(createPlanning(compose(prices)), '{ goods { fee toll } }')
  assert.deepEqual(
    fees.map((text) => /\b(fee|toll)\b/.exec(text.slice(5))?.[1]),
    ['fee', 'toll'],
  )
})

test('numbers reach a subgraph as a client writes them, digit by digit where its own scalars may count them', () => {
  const planning = createPlanning(
    compose({
      only: `scalar Long scalar JSON input In { long: Long json: JSON float: Float id: ID }
        type Query { a(long: Long, json: JSON, in: In, int: Int, float: Float, longs: [[Long]]): Int }`,
    }),
  )
  const long = '9007199254740993'
  for (const [given, sent = given] of [
    [`long:${long}`],
    [`json:{a:[1.50{b:-${long}}]c:"1.50"}`],
    [`in:{long:${long} json:1.0 float:1.5 id:${long}}`],
    [`longs:[[${long}]]`],
    ['int:-0', 'int:0'],
    [`float:${long}`, 'float:9007199254740992'],
    ['float:1000000000000000000000000', 'float:1e+24'],
  ] as const)
    assert.deepEqual(operationsOf(planning, `{a(${given})}`), [`only {a(${sent})}`])
  assert.deepEqual(operationsOf(planning, `query($x:Long=${long}){a(long:$x)}`), [
    `only query($x:Long=${long}){a(long:$x)}`,
  ])
})

test('clients see no field of ours', () => {
  const { schema } = createPlanning(compose(prices))
  const good = schema.getType('Good')
  assert(good && 'getFields' in good)
  assert.deepEqual(Object.keys(good.getFields()), ['id', 'price', 'fee', 'toll'])
})

test('what goes wrong inside the planner is no mistake of the client’s', () => {
  const inside = new GraphQLError('Cannot add fragment', { extensions: { code: 'INVALID_GRAPHQL' } })
  const way = () => {
    throw inside
  }
  assert.throws(
    () => firstOf([way], 100),
    ({ message, extensions }: GraphQLError) =>
      extensions['code'] === 'UNRESOLVABLE_FIELD' && !message.includes(inside.message),
  )
})

test('what no plan answers is refused, not answered with null', () => {
  const planning = createPlanning(
    compose({
      owner: `type Query { x: Int } interface Media @key(fields: "id") { id: ID! title: String }
        type Film implements Media @key(fields: "id") { id: ID! title: String }`,
      other: `type Query { media: Media } type Media @key(fields: "id") @interfaceObject { id: ID! stars: Int }`,
    }),
  )
  assert.equal(operationsOf(planning, '{ media { stars title } }').length, 2)
  const empty = createPlanning(
    compose({
      owner: `type Query { x: Int } interface Media @key(fields: "id") { id: ID! title: String }`,
      other: `type Query { media: Media } type Media @key(fields: "id") @interfaceObject { id: ID! stars: Int }`,
    }),
  )
  assert.throws(() => operationsOf(empty, '{ media { stars title } }'), {
    extensions: { code: 'UNRESOLVABLE_FIELD' },
  })
})

test('a key that does not resolve is no way back into a subgraph', () => {
  const planning = createPlanning(
    compose({
      a: `
        type Query { goods: [Good] }
        type Good @key(fields: "id") @key(fields: "sku") { id: ID! sku: String! weight: Int }`,
      b: `
        type Query { dear: [Good] }
        type Good @key(fields: "sku", resolvable: false) @key(fields: "id") {
          id: ID!
          sku: String!
          weight: Int @external
          fee: Int @requires(fields: "weight")
        }`,
      c: `type Query { bySku: [Good] } type Good @key(fields: "sku") { sku: String! }`,
    }),
  )
  for (const root of ['goods', 'dear', 'bySku'])
    assert.match(JSON.stringify(sentTo(planning, `{ ${root} { fee } }`, 'b')), /"id"/, root)
  assert.deepEqual(planning.warnings, [])
})

test('of subgraphs that are asked for one object at once, each is asked for what may not be null', () => {
  const planning = createPlanning(
    compose({
      left: `
        type Query { me(at: Int): User @shareable }
        type User @key(fields: "id") { id: ID! email: String secret: Int! }`,
      right: `type Query { me(at: Int): User @shareable } type User @key(fields: "id") { id: ID! name: String }`,
    }),
  )
  const asked = (text: string) => operationsOf(planning, text).sort()
  assert.deepEqual(asked('{ me { key: id email name } }'), [
    'left {me{email key:id}}',
    'right {me{name key:id}}',
  ])
  assert.deepEqual(
    asked('{ me { id secret name } }')
      .join()
      .match(/secret/g)?.length,
    1,
  )
  assert.deepEqual(asked('{ me { email name } }'), ['left {me{email}}', 'right {me{name}}'])
  // Two calls are two objects.
  for (const text of asked('{ a: me(at: 1) { id email } b: me(at: 2) { name } }'))
    assert(!/b:me[^}]*\bid\b/.test(text), text)
})

test('a supergraph with @authenticated, @requiresScopes and @policy loads', () => {
  const sdl = compose({
    a: `
      type Query {
        me: Int @authenticated
        all: Int @requiresScopes(scopes: [["all"]])
        one: Int @policy(policies: [["p"]])
      }`,
  })
  assert.equal(createPlanning(sdl).supergraphSdl, sdl)
})

test('what is no supergraph is refused when it is loaded', () => {
  assert.throws(() => createPlanning('type Query { a: Int }'), /Not a supergraph/)
  assert.throws(() => createPlanning('{'), /Syntax Error/)
  assert.throws(() => createPlanning(compose({ a: 'type Query { price__rq0: Int }' })), /keeps for itself/)
})

test('a plan that is only not found in time is told from one that there is not', () => {
  const sdl = compose({
    owner: `type Query { x: Int } interface Media @key(fields: "id") { id: ID! title: String }
      type Film implements Media @key(fields: "id") { id: ID! title: String }`,
    other: `type Query { media: Media } type Media @key(fields: "id") @interfaceObject { id: ID! stars: Int }`,
    empty: `type Query { thing: Thing } interface Thing @key(fields: "id") { id: ID! }`,
    thing: `type Thing @key(fields: "id") @interfaceObject { id: ID! size: Int }`,
  })
  const failure = (planning: Planning, text: string): unknown => {
    try {
      return operationsOf(planning, text)
    } catch (error) {
      return error
    }
  }
  // So long that no machine is quick enough for it.
  const long = Array.from({ length: 900 }, (_, one) => `m${one}: media { stars title }`).join(' ')
  const late = failure(createPlanning(sdl, 1), `{ ${long} }`)
  assert.equal((late as GraphQLError).extensions['code'], 'UNRESOLVABLE_FIELD')
  const patient = createPlanning(sdl)
  const never = failure(patient, '{ thing { size } }')
  assert.equal((never as GraphQLError).extensions['code'], 'UNRESOLVABLE_FIELD')
  assert.deepEqual([isLate(late), isLate(never)], [true, false])
  assert.equal(operationsOf(patient, '{ media { stars title } }').length, 2)
})

const moving = (label: string) =>
  compose({
    old: 'type Query { one: Thing } type Thing @key(fields: "id") { id: ID! moved: Int }',
    young: `type Thing @key(fields: "id") { id: ID! moved: Int @override(from: "old", label: "${label}") }`,
  })

test('a progressive override moves its field when it is for everyone; of any other a warning says that it does not', () => {
  const all = createPlanning(moving('percent(100)'))
  assert.deepEqual(all.warnings, [])
  assert.match(operationsOf(all, '{ one { moved } }')[1] ?? '', /^young .*moved/)
  const some = createPlanning(moving('percent(20)'))
  assert.match(some.warnings.join(), /"percent\(20\)" is not followed/)
  assert.deepEqual(operationsOf(some, '{ one { moved } }'), ['old {one{moved}}'])
})

test('connectors are refused: a subgraph behind one is no server that could be asked', () => {
  const connected = composeServices([
    {
      name: 'rest',
      url: 'http://rest',
      typeDefs: parse(`extend schema @link(url: "https://specs.apollo.dev/federation/v2.11")
        @link(url: "https://specs.apollo.dev/connect/v0.2", import: ["@connect"])
      type Query { one: Int @connect(http: { GET: "http://rest/one" }, selection: "$") }`),
    },
  ]).supergraphSdl
  assert.throws(
    () => createPlanning(connected ?? ''),
    /connect\/v\d\.\d is for: EXECUTION but is unsupported/,
  )
})
