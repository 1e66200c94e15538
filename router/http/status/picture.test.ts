import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parse } from 'graphql'
import { compose } from '../../../dev/compose.ts'
import { graphOf } from './graph.ts'
import { picture, sentences } from './picture.ts'

const link = (names: string) =>
  `extend schema @link(url: "https://specs.apollo.dev/federation/v2.14", import: [${names}])\n`
const part = (name: string, sdl: string) => ({ name, url: `http://${name}.test/`, sdl })

const document = parse(
  compose([
    part(
      'accounts',
      `${link('"@key"')} type Query { me: Person } type Person @key(fields: "id") { id: ID! name: String mood: String }`,
    ),
    part(
      'reviews',
      `${link('"@key", "@external", "@requires"')} type Query { newest: Review }
       type Review @key(fields: "id") { id: ID! book: Book }
       type Book @key(fields: "isbn", resolvable: false) { isbn: ID! }
       type Person @key(fields: "id") { id: ID! name: String @external karma: Int @requires(fields: "name") }`,
    ),
  ]),
)
const graph = graphOf(document)

test('who serves which fields of an entity is read from the supergraph; what is only required is not served', () => {
  assert.deepEqual(graph.entities[0], {
    name: 'Person',
    keys: ['id'],
    shares: [
      { subgraph: 'accounts', fields: ['name', 'mood'], refers: false },
      { subgraph: 'reviews', fields: ['karma'], refers: false },
    ],
  })
  assert.deepEqual(
    graph.subgraphs.map(({ name, queries }) => [name, queries]),
    [
      ['accounts', 1],
      ['reviews', 1],
    ],
  )
})

test('sentences say what the picture shows', () => {
  assert.deepEqual(sentences(graph), [
    'Person: served by accounts (2 fields) and reviews (1 field), joined by id.',
    'Book: reviews points at it by isbn; no subgraph serves more of it yet.',
    'Review: served by reviews (1 field), found by id.',
  ])
})

test('the picture has a box for each subgraph, a card for each entity and a line for each that joins in', () => {
  const svg = picture(graph)
  assert.equal(svg.match(/class="subgraph"/g)?.length, 2)
  assert.equal(svg.match(/class="entity"/g)?.length, 3)
  assert.equal(svg.match(/class="line /g)?.length, 4)
  assert.equal(svg.match(/stroke-dasharray/g)?.length, 1)
})

test('names cannot break out of the picture', () => {
  const name = '<script>alert(1)</script>'
  const svg = picture({
    subgraphs: [{ name, url: '', queries: 0, mutations: 0, subscriptions: 0 }],
    entities: [],
  })
  assert.doesNotMatch(svg, /<script/)
})
