import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Refusal } from '@puchi/platform/errors'
import { buildASTSchema, getOperationAST, parse } from 'graphql'
import { z } from 'zod'
import { limitsOf, strictLimits } from '../../settings/limits.ts'
import { createLimits } from '../limits.ts'

type Variables = Record<string, unknown>

const settings = limitsOf(z.object(strictLimits).parse({}))

/** Asks what a query costs by a schema: the least limit that lets it pass, or which other limit refuses it. */
function costsBy(sdl: string) {
  const schema = buildASTSchema(parse(sdl), { assumeValidSDL: true })
  const refused = (cost: number, text: string, variables: Variables): string | undefined => {
    const limits = createLimits(schema, { ...settings, cost }, () => {})
    const document = parse(text)
    try {
      limits.operation(document, getOperationAST(document) ?? undefined)(variables)
      return undefined
    } catch (error) {
      assert(error instanceof Refusal)
      return error.extensions.limit
    }
  }
  return (text: string, variables: Variables = {}): number | string | undefined => {
    let [low, high] = [-1, 2 ** 30]
    const other = refused(high, text, variables)
    if (other) return other
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2)
      if (refused(middle, text, variables)) low = middle
      else high = middle
    }
    return high
  }
}

const scalars = costsBy(`
  enum Colour @cost(weight: 3) { RED }  scalar Big @cost(weight: 5)
  input Filter { word: String @cost(weight: 7)  colour: Colour  colours: [Colour!]  big: Big @cost(weight: 1)  and: [Filter!] }
  type Query { plain(by: Int): Int  colour: Colour  colours(of: [Colour!]): Int  found(by: Filter): Int  each(by: [Filter!]): Int
    dear(by: Filter @cost(weight: 100)): Int }`)

test('an input object is a point, and its fields cost what the SDL says, however deep they are given', () => {
  for (const [query, points] of [
    ['{ plain(by: 1) }', 0],
    ['{ colour }', 3],
    ['{ colours(of: [RED, RED]) }', 6],
    ['{ found }', 0],
    ['{ found(by: null) }', 0],
    ['{ found(by: {}) }', 1],
    ['{ found(by: { word: "x" }) }', 8],
    ['{ found(by: { colour: RED }) }', 4],
    ['{ found(by: { colours: [RED, RED] }) }', 7],
    ['{ found(by: { big: 1 }) }', 2],
    ['{ found(by: { and: [{ word: "x" }, { and: { word: "y" } }] }) }', 18],
    ['{ each(by: [{}, { word: "x" }]) }', 9],
    ['{ dear(by: { word: "x" }) }', 107],
  ] as const)
    assert.equal(scalars(query), points, query)
})

test('what is given in variables costs as much, also inside of an object, and by default', () => {
  const by = { word: 'x', and: [{ word: 'y' }, {}] }
  assert.equal(scalars('query ($by: Filter) { found(by: $by) }', { by }), 17)
  assert.equal(scalars('query ($by: Filter) { found(by: $by) }'), 0)
  assert.equal(scalars('query ($by: Filter = { word: "x" }) { found(by: $by) }'), 8)
  assert.equal(scalars('query ($by: Filter = { word: "x" }) { found(by: $by) }', { by: {} }), 1)
  assert.equal(scalars('query ($and: [Filter!]) { found(by: { and: $and }) }', { and: [by, by] }), 35)
  const each = Array.from({ length: 3_000 }, () => ({}))
  assert.equal(scalars('query ($each: [Filter!]) { each(by: $each) }', { each }), 3_000)
})

test('a weight may be the text of a number, or negative; no field makes another one cheaper', () => {
  const costs =
    costsBy(`type Query { text: Int @cost(weight: "2.5")  gift: Int @cost(weight: -100)  dear: Int @cost(weight: 9)
    search(rough: Boolean @cost(weight: -3)): Row @cost(weight: 8) }  type Row { id: ID }`)
  assert.equal(costs('{ text }'), 3)
  assert.equal(costs('{ dear gift }'), 9)
  assert.equal(costs('{ search { id } }'), 8)
  assert.equal(costs('{ search(rough: true) { id } }'), 5)
})

test('what may be of several types costs as much as the dearest of them', () => {
  const costs =
    costsBy(`type Query { any: Any  one: One  none: None }  union Any = Cheap | Dear  interface One { id: ID }
    interface None { id: ID }
    type Cheap @cost(weight: 2) { id: ID }  type Dear implements One @cost(weight: 50) { id: ID }`)
  assert.equal(costs('{ any { __typename } }'), 50)
  assert.equal(costs('{ one { id } }'), 50)
  assert.equal(costs('{ none { id } }'), 1)
})

const lists = costsBy(`type Row { id: ID  rows(first: Int): [Row!]! }
  type Rows { info: Int  rows: [Row!]!  inner: Rows }  type Page { edges: [Edge]  total: Int }  type Edge { node: Row }
  input In { page: In  first: Int = 4 }
  type Found { results: [Row]  tags: [String] }
  type Query {
    found(first: Int): Found
    either(first: Int, last: Int): [Row] @listSize(assumedSize: 7, slicingArguments: ["first", "last"])
    one(first: Int, last: Int): [Row] @listSize(slicingArguments: ["first", "last"], requireOneSlicingArgument: true)
    paged(in: In): [Row] @listSize(slicingArguments: ["in.page.first"], requireOneSlicingArgument: true)
    byIds(ids: [ID!]): [Row] @listSize(slicingArguments: ["ids"])
    below(first: Int): Rows @listSize(slicingArguments: ["first"], sizedFields: ["inner.rows"])
    page(first: Int): Page  word(first: Int): Int  person(first: Int): Named  rest: [Row] @listSize(assumedSize: 300) }
  type Named { name: String }`)

test('a list is as long as the larger of its slicing arguments, else as assumed', () => {
  for (const [query, points] of [
    ['{ either { id } }', 7],
    ['{ either(first: null) { id } }', 7],
    ['{ either(first: 3) { id } }', 3],
    ['{ either(first: 3, last: 5) { id } }', 5],
    ['{ rest { rows(first: 2) { id } } }', 900],
    ['{ byIds(ids: ["a", "b"]) { id } }', 2],
    ['{ byIds(ids: 4711) { id } }', 1],
    ['{ found(first: 6) { results { id } tags } }', 7],
    ['{ below(first: 6) { rows { id } inner { rows { id } } } }', 1 + 10 + 1 + 6],
    ['{ page(first: 6) { edges { node { id } } } }', 13],
  ] as const)
    assert.equal(lists(query), points, query)
  const ids = Array.from({ length: 400 }, (_, at) => `${at}`)
  assert.equal(lists('query ($ids: [ID!]) { byIds(ids: $ids) { id } }', { ids }), 400)
})

test('where the SDL writes requireOneSlicingArgument: true, none or two of them are refused', () => {
  for (const [query, variables, expected] of [
    ['{ one { id } }', {}, 'slicing'],
    ['{ one(first: 2, last: 2) { id } }', {}, 'slicing'],
    ['{ one(first: 2) { id } }', {}, 2],
    ['{ one(first: 2, last: null) { id } }', {}, 2],
    ['query ($n: Int) { one(first: 2, last: $n) { id } }', {}, 2],
    ['query ($n: Int) { one(first: 2, last: $n) { id } }', { n: 2 }, 'slicing'],
    ['query ($n: Int) { one(first: $n) { id } }', {}, 'slicing'],
    ['{ paged(in: { page: { first: 3 } }) { id } }', {}, 5],
    ['{ paged(in: { page: {} }) { id } }', {}, 6],
    ['{ paged { id } }', {}, 4],
  ] as const)
    assert.equal(lists(query, variables), expected, query)
})

test('the largest page is for lists and what holds one: elsewhere `first` may be any number', () => {
  assert.equal(lists('{ word(first: 5000) }'), 0)
  assert.equal(lists('{ person(first: 5000) { name } }'), 1)
  for (const query of [
    '{ page(first: 5000) { total } }',
    '{ either(first: -1) { id } }',
    '{ one(last: 101) { id } }',
  ])
    assert.equal(lists(query), 'page', query)
  assert.equal(lists(`{ either(first: ${'9'.repeat(400)}) { id } }`), 'page')
  assert.equal(lists('{ found(first: 101) { tags } }'), 'page')
})
