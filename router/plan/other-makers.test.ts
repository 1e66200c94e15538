import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type OperationDefinitionNode, parse } from 'graphql'
import { compose } from '../../dev/compose.ts'
import { createPlanning } from './planning.ts'

/** As @apollo/federation wrote it. */
const federation1 = `schema
  @core(feature: "https://specs.apollo.dev/core/v0.2"),
  @core(feature: "https://specs.apollo.dev/join/v0.1", for: EXECUTION)
{
  query: Query
}
directive @core(as: String, feature: String!, for: core__Purpose) repeatable on SCHEMA
directive @join__field(graph: join__Graph, provides: join__FieldSet, requires: join__FieldSet) on FIELD_DEFINITION
directive @join__graph(name: String!, url: String!) on ENUM_VALUE
directive @join__owner(graph: join__Graph!) on INTERFACE | OBJECT
directive @join__type(graph: join__Graph!, key: join__FieldSet) repeatable on INTERFACE | OBJECT
type Product @join__owner(graph: PRODUCTS) @join__type(graph: PRODUCTS, key: "upc") @join__type(graph: REVIEWS, key: "upc") {
  heavy: Boolean @join__field(graph: REVIEWS, requires: "weight(unit:\\"g\\")")
  upc: String! @join__field(graph: PRODUCTS)
  weight(unit: String = "kg"): Int @join__field(graph: PRODUCTS)
}
type Query {
  top: [Product] @join__field(graph: PRODUCTS)
}
enum core__Purpose { EXECUTION SECURITY }
scalar join__FieldSet
enum join__Graph {
  PRODUCTS @join__graph(name: "products" url: "http://products")
  REVIEWS @join__graph(name: "reviews" url: "http://reviews")
}
`
const federation2 = compose([
  { name: 'a', url: 'http://a', sdl: 'type Query { top: [Product] } type Product { weight: Int }' },
])

function planned(sdl: string, query: string): string {
  const planning = createPlanning(sdl)
  const document = parse(query)
  const [operation] = document.definitions
  return JSON.stringify(planning.plan(document, operation as OperationDefinitionNode, {}).plan.node)
}

test('a supergraph of Federation 1 is served, arguments of @requires among it', () => {
  const plan = planned(federation1, '{ top { weight heavy } }')
  assert.match(plan, /weight__rq0:weight\(unit:\\"g\\"\)/)
  assert.match(plan, /"serviceName":"reviews"/)
})

test('a byte order mark and the line ends of Windows do no harm', () => {
  const windows = `\ufeff${federation2.replaceAll('\n', '\r\n')}`
  assert.match(planned(windows, '{ top { weight } }'), /"serviceName":"a"/)
})

test('a feature that nobody here knows is left alone, unless an answer depends on it', () => {
  const linked = (link: string) => federation2.replace(/^schema/, `schema @link(${link})`)
  assert.match(
    planned(linked('url: "https://example.com/x/v1.0"'), '{ top { weight } }'),
    /"serviceName":"a"/,
  )
  for (const feature of ['example.com/x/v1.0', 'specs.apollo.dev/connect/v0.1'])
    for (const purpose of ['SECURITY', 'EXECUTION'])
      assert.throws(() => createPlanning(linked(`url: "https://${feature}", for: ${purpose}`)), {
        message: new RegExp(`${feature} is for: ${purpose} but is unsupported`),
      })
})

test('what is no supergraph is told what it is', () => {
  for (const sdl of ['type Query { a: Int }', 'schema { query: Query } type Query { a: Int }'])
    assert.throws(() => createPlanning(sdl), {
      message: 'Not a supergraph: it names no subgraphs (enum join__Graph). Compose the subgraphs first.',
    })
})

const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@external", "@provides",
  "@requires", "@shareable", "@interfaceObject"])\n`
const externals = / @join__field\(graph: \w+, external: true\)/g

/** What Hive's composer leaves out of the supergraph of some subgraphs, and a query that meets it. */
const leftOut: Record<string, { parts: Record<string, string>; text: RegExp; query: string }> = {
  'of an interface': {
    parts: {
      books: `type Query { books: [Product] } interface Product { price: Float }
        type Book implements Product @key(fields: "id") { id: ID! price: Float @external }`,
      prices: 'type Book @key(fields: "id") { id: ID! price: Float @shareable }',
    },
    text: externals,
    query: '{ books { price } }',
  },
  'of a @provides': {
    parts: {
      books: `type Query { first: Book @provides(fields: "price maker { name }") }
        type Book @key(fields: "id") { id: ID! price: Float @external maker: Maker @external }
        type Maker @key(fields: "id") { id: ID! name: String @external }`,
      prices: `type Book @key(fields: "id") { id: ID! price: Float @shareable maker: Maker @shareable }
        type Maker @key(fields: "id") { id: ID! name: String @shareable }`,
    },
    text: externals,
    query: '{ first { price maker { name } } }',
  },
  'of an interface object': {
    parts: {
      people: `type Query { people: [Named] } interface Named @key(fields: "id") { id: ID! name: String }
        type Person implements Named @key(fields: "id") { id: ID! name: String }`,
      greetings: `type Named @key(fields: "id") @interfaceObject { id: ID! name: String @external
        greeting: String @requires(fields: "name") }`,
    },
    text: /(?<=\n {2}name: String)( @join__field\(graph: \w+(, external: true)?\)){2}/g,
    query: '{ people { greeting } }',
  },
}

for (const [what, { parts, text, query }] of Object.entries(leftOut))
  test(`external fields ${what} are read where the composer did not say them`, () => {
    const whole = compose(
      Object.entries(parts).map(([name, sdl]) => ({ name, url: `http://${name}`, sdl: link + sdl })),
    )
    assert.match(whole, text)
    assert.equal(planned(whole.replaceAll(text, ''), query), planned(whole, query))
  })
