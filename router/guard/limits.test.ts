import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { Refusal } from '@puchi/platform/errors'
import { buildASTSchema, buildSchema, getIntrospectionQuery, getOperationAST, parse } from 'graphql'
import { z } from 'zod'
import { generousLimits, limitsOf, strictLimits } from '../settings/limits.ts'
import { anonymousSettings, settings } from '../settings.ts'
import { namedOperations } from '../supergraph/named-operations.ts'
import { exceeded } from './limits/exceeded.ts'
import { createLimits } from './limits.ts'

const schema = buildSchema(`
  directive @cost(weight: Int!) on FIELD_DEFINITION | OBJECT
  directive @listSize(assumedSize: Int, slicingArguments: [String!], sizedFields: [String!]) on FIELD_DEFINITION
  type Query { me: Node  page(first: Int = 20): Page  all: [Node!]!  few: [Node] @listSize(assumedSize: 2)
    taken(limit: Int): [Node] @listSize(slicingArguments: ["limit"])
    sized(first: Int): Rows @listSize(sizedFields: ["rows"])  dear: Node @cost(weight: 4000) }
  type Mutation { act: Node }
  type Page { nodes: [Node]  total: Int }
  type Rows { rows: [Node] }
  type Node { id: ID  node: Node  page(first: Int): Page  kin(first: Int): [Node]  names: [String] }`)

const strict = limitsOf(z.object(strictLimits).parse({}))
const generous = limitsOf(z.object(generousLimits).parse({}))
const counts: string[] = []
const limits = createLimits(schema, strict, (limit) => counts.push(limit))
const wide = createLimits(schema, generous, () => {})

/** Milliseconds of this thread's own work: the machine may be busy with others. */
const cpu = () => process.threadCpuUsage().user / 1_000

/** Which limit refuses a request; null where none does. The work is bounded, whatever is asked. */
function refusedBy(query: string, variables = {}, by = limits): string | null {
  const began = cpu()
  try {
    by.text(query)
    const document = parse(query)
    by.operation(document, getOperationAST(document) ?? undefined)(variables)
    return null
  } catch (error) {
    assert(error instanceof Refusal, String(error))
    const { code, limit = code } = error.extensions
    return limit
  } finally {
    assert(cpu() - began < 100)
  }
}

const nest = (levels: number, open: string, inner: string) =>
  `${open.repeat(levels)}${inner}${'}'.repeat(levels)}`

test('G1 ten levels of fields pass and eleven do not, however they are written', () => {
  assert.equal(refusedBy(`{ ${nest(9, 'node{', 'id')} }`), null)
  for (const levels of [10, 11, 40, 120])
    assert.equal(refusedBy(`{ ${nest(levels, 'node{', 'id')} }`), 'depth', String(levels))
  assert.equal(refusedBy(`{ ${nest(5_000, 'node{', 'id')} }`), 'depth')
  assert.equal(refusedBy(`{ ${nest(10, '...on Node{node{', 'id')}${'}'.repeat(10)} }`), 'depth')
  const chain = (name: string) =>
    Array.from(
      { length: 10 },
      (_, at) => `fragment ${name}${at} on Node { node { ...${name}${at + 1} } }`,
    ).join(' ')
  for (const name of ['f', '__schema'])
    assert.equal(
      refusedBy(`{ me { ...${name}0 } } ${chain(name)} fragment ${name}10 on Node { id }`),
      'depth',
    )
})

test('G2 sixteen aliases, __typename among them, are one too many', () => {
  const aliased = (many: number, field = 'id') =>
    `{ me { ${Array.from({ length: many }, (_, at) => `a${at}: ${field}`).join(' ')} } }`
  assert.equal(refusedBy(aliased(15)), null)
  assert.equal(refusedBy(aliased(16)), 'aliases')
  assert.equal(refusedBy(aliased(16, '__typename')), 'aliases')
  assert.equal(refusedBy(aliased(5_000)), 'tokens')
  assert.equal(refusedBy(`{ me { ${'id '.repeat(3_000)} } }`), 'tokens')
  assert.equal(refusedBy(`{ me { ${'id '.repeat(600)} } }`), 'fields')
  assert.equal(refusedBy(`{ ${'me{id} '.repeat(11)} }`), 'rootFields')
  assert.equal(refusedBy(`{ ${'...on Query{me{id}} '.repeat(11)} }`), 'rootFields')
})

test('G3 fragments that double are refused in twenty milliseconds, used or not', () => {
  const doubling = (power: number) =>
    Array.from({ length: power }, (_, at) => `fragment f${at} on Node { ...f${at + 1} ...f${at + 1} }`).join(
      ' ',
    )
  for (const by of [limits, wide])
    for (const power of [12, 14, 20, 30])
      for (const start of ['{ me { ...f0 } }', '{ me { id } }', '']) {
        const query = `${start} ${doubling(power)} fragment f${power} on Node { id }`
        const began = cpu()
        assert.equal(refusedBy(query, {}, by), 'fragments')
        assert(cpu() - began < 20)
      }
  assert.equal(refusedBy(`{ me { ...f0 } } ${doubling(8)} fragment f8 on Node { id }`), 'fragments')
})

test('G4 a fragment that spreads itself, also through others, is refused without recursion', () => {
  for (const cycle of [
    'fragment a on Node { ...a }',
    'fragment a on Node { node { ...b } } fragment b on Node { ...a }',
  ])
    for (const start of ['{ me { ...a } }', '{ me { id } }'])
      assert.equal(refusedBy(`${start} ${cycle}`), 'GRAPHQL_VALIDATION_FAILED')
})

test('G5 nested lists cost what they multiply to, also through variables; pages have a largest size', () => {
  const nested = (size: string) =>
    `page(first: ${size}) { nodes { page(first: ${size}) { nodes { kin(first: ${size}) { id } } } } }`
  assert.equal(refusedBy(`{ ${nested('100')} }`), 'cost')
  assert.equal(refusedBy(`{ ${nested('10')} }`), null)
  const query = `query ($n: Int = 100) { ${nested('$n')} }`
  for (const variables of [{}, { n: 100 }, { n: 17 }]) assert.equal(refusedBy(query, variables), 'cost')
  for (const n of [10, 3, 10]) assert.equal(refusedBy(query, { n }), null)
  for (const n of [101, -1, 2 ** 31]) {
    assert.equal(refusedBy(`{ page(first: ${n}) { total } }`), 'page')
    assert.equal(refusedBy('query ($n: Int) { page(first: $n) { total } }', { n }), 'page')
  }
  assert.equal(exceeded('page', 100).message, 'At most 100 and at least 0 objects a page are allowed.')
})

test('no page of none hides what infinitely many would cost', () => {
  const by = createLimits(schema, { ...strict, page: 1e300 }, () => {})
  const huge = '9'.repeat(200)
  const inner = `kin(first: ${huge}) { kin(first: ${huge}) { id } }`
  assert.equal(
    refusedBy(`{ page(first: 0) { nodes { ${inner} } } dear { id } a: dear { id } }`, {}, by),
    'cost',
  )
})

test('the SDL says what a field costs and how long its list is', () => {
  assert.equal(refusedBy('{ dear { id } }'), null)
  assert.equal(refusedBy('{ dear { id } again: dear { id } }'), 'cost')
  const within = (list: string) => `{ ${list} { kin(first: 100) { kin(first: 20) { id } } } }`
  assert.equal(refusedBy(within('few')), null)
  for (const list of ['all', 'taken(limit: 3)']) assert.equal(refusedBy(within(list)), 'cost', list)
  assert.equal(refusedBy(within('taken(limit: 2)')), null)
  assert.equal(refusedBy('{ sized(first: 100) { rows { kin(first: 60) { id } } } }'), 'cost')
  assert.equal(refusedBy('{ sized(first: 10) { rows { kin(first: 60) { id } } } }'), null)
})

test('directives of costs are followed under the names that their links give them', () => {
  for (const [cost, listSize, link] of [
    ['cost', 'listSize', 'import: ["@cost", "@listSize"]'],
    ['cost', 'cost__listSize', ''],
    ['price', 'price__listSize', 'as: "price"'],
    ['price', 'len', 'import: [{ name: "@cost", as: "@price" }, { name: "@listSize", as: "@len" }]'],
  ]) {
    const linked = buildASTSchema(
      parse(`schema @link(url: "https://specs.apollo.dev/cost/v0.1" ${link}) { query: Query }
        type Query { dear: Int @${cost}(weight: 6000) long: [Row] @${listSize}(assumedSize: 6000) cheap: Row @cheap(weight: 6000)
          sum(of: Int @${cost}(weight: 6000), by: Big): Int } type Row { id: ID } scalar Big @${cost}(weight: 6000)`),
      { assumeValidSDL: true },
    )
    const by = createLimits(linked, strict, () => {})
    for (const query of ['{ dear }', '{ long { id } }', '{ sum(of: 1) }', '{ sum(by: 1) }'])
      assert.equal(refusedBy(query, {}, by), 'cost', `${query} ${link}`)
    for (const query of ['{ cheap { id } }', '{ sum }']) assert.equal(refusedBy(query, {}, by), null, query)
  }
})

test('a field of an interface costs as much as the dearest behind it', () => {
  const by = createLimits(
    buildSchema(`directive @cost(weight: Int!) on FIELD_DEFINITION | ARGUMENT_DEFINITION
      directive @listSize(assumedSize: Int) on FIELD_DEFINITION
      interface Any { word(by: Int): Int cheap: Int rows: [Row] }
      type Dear implements Any { word(by: Int @cost(weight: 3000)): Int @cost(weight: 3000) cheap: Int rows: [Row] @listSize(assumedSize: 6000) }
      type Other implements Any { word(by: Int): Int @cost(weight: 2) cheap: Int rows: [Row] @listSize(assumedSize: 5) }
      type Row { id: ID } type Query { any: Any other: Other }`),
    strict,
    () => {},
  )
  for (const query of ['{ any { a: word word } }', '{ any { word(by: 1) } }', '{ any { rows { id } } }'])
    assert.equal(refusedBy(query, {}, by), 'cost', query)
  for (const query of ['{ any { word cheap } }', '{ other { word(by: 1) rows { id } } }'])
    assert.equal(refusedBy(query, {}, by), null, query)
})

test('a list may be as long as a field of an input object says, given, defaulted or in a variable', () => {
  const nested = buildSchema(`directive @listSize(slicingArguments: [String!]) on FIELD_DEFINITION
    input Page { first: Int = 80 } input Search { page: Page word: String }
    type Query { found(in: Search = { page: { first: 70 } }): [Row] @listSize(slicingArguments: ["in.page.first"]) }
    type Row { rows(first: Int): [Row] }`)
  const by = createLimits(nested, strict, () => {})
  const refused = (given: string, head = '', variables = {}) =>
    refusedBy(
      `query${head} { found${given} { rows(first: 90) { rows(first: 1) { __typename } } } }`,
      variables,
      by,
    )
  for (const given of ['(in: { page: { first: 60 } })', '(in: { page: {} })', ''])
    assert.equal(refused(given), 'cost', given)
  assert.equal(refused('(in: { page: { first: 5 } })'), null)
  assert.equal(refused('(in: { page: { first: 101 } })'), 'page')
  for (const [given, head, name, whole] of [
    ['(in: $in)', '($in: Search = { page: { first: 60 } })', 'in', (first: number) => ({ page: { first } })],
    ['(in: { page: $page })', '($page: Page)', 'page', (first: number) => ({ first })],
    ['(in: { page: { first: $n } })', '($n: Int)', 'n', (first: number) => first],
  ] as const) {
    assert.equal(refused(given, head), 'cost')
    assert.equal(refused(given, head, { [name]: whole(60) }), 'cost', given)
    assert.equal(refused(given, head, { [name]: whole(5) }), null, given)
  }
})

test('one long variable that is given in a hundred places costs no time', () => {
  const searched = buildSchema('input In { and: [In!] } type Query { found(by: In): Int }')
  const by = createLimits(searched, generous, () => {})
  const places = Array.from({ length: 100 }, (_, at) => `a${at}: found(by: { and: $and })`)
  const and = Array.from({ length: 15_000 }, () => ({}))
  assert.equal(refusedBy(`query ($and: [In!]) { ${places.join(' ')} }`, { and }, by), 'cost')
})

test('G7 1001 tokens, 51 directives and ten thousand braces are refused', () => {
  assert.equal(
    refusedBy(`{ me { ${'id,'.repeat(400)}} } ${'fragment a on Node { id } '.repeat(100)}`),
    'tokens',
  )
  assert.equal(refusedBy(`{ me { id ${'@skip(if:false)'.repeat(51)} } }`), 'directives')
  assert.equal(refusedBy(`{ me ${'@x'.repeat(2_000)} { id } }`), 'tokens')
  for (const opening of ['{', '[', '(', '{a', '{a(b:[', '{...{'])
    assert.notEqual(refusedBy(opening.repeat(10_000), {}, wide), null)
})

test('G8 variables of 64 KiB pass and one byte more does not, nor do a thousand levels', () => {
  const judge = limits.operation(parse('{ me { id } }'))
  const sized = (bytes: number) => ({ x: 'x'.repeat(bytes - '{"x":""}'.length) })
  assert.doesNotThrow(() => judge(sized(65_536)))
  assert.throws(() => judge(sized(65_537)), { extensions: { code: 'LIMIT_EXCEEDED', limit: 'variables' } })
  assert.doesNotThrow(
    () => judge(sized(65_537), 1_000),
    'whoever knows the body is short does not measure again',
  )
  const deep = JSON.parse(`{"x":${'['.repeat(1_000)}${']'.repeat(1_000)}}`)
  assert.throws(() => judge(deep, 2_000), { extensions: { code: 'LIMIT_EXCEEDED', limit: 'variables' } })
})

test("introspection is counted apart, so that explorers' full query passes", () => {
  for (const by of [limits, wide])
    assert.equal(
      refusedBy(getIntrospectionQuery({ inputValueDeprecation: true, specifiedByUrl: true }), {}, by),
      null,
    )
  const asked = (levels: number) => `{ __type(name: "x") { ${nest(levels, 'ofType{', 'name')} } }`
  assert.equal(refusedBy(asked(18)), null)
  assert.equal(refusedBy(asked(19)), 'introspection')
})

test('introspection may come to the whole schema twice, but not three times by aliases', () => {
  const whole = getIntrospectionQuery({ descriptions: false })
  const [query = '', ...fragments] = whole.split(/(?=fragment )/)
  const schemas = (names: readonly string[]) => {
    const fields = query.slice(query.indexOf('{', query.indexOf('__schema')), query.lastIndexOf('}'))
    return `{ ${names.map((name) => `${name} ${fields}`).join(' ')} } ${fragments.join(' ')}`
  }
  for (const by of [limits, wide]) {
    assert.equal(refusedBy(schemas(['__schema']), {}, by), null)
    assert.equal(refusedBy(schemas(['__schema', 'again: __schema']), {}, by), null)
    assert.notEqual(refusedBy(schemas(['__schema', 'a: __schema', 'b: __schema']), {}, by), null)
    const types = (many: number) =>
      Array.from(
        { length: many },
        (_, at) => `a${at}: types { fields { type { fields { args { name } } } } }`,
      ).join(' ')
    assert.equal(refusedBy(`{ __schema { ${types(2)} } }`, {}, by), null)
    assert.equal(refusedBy(`{ __schema { ${types(15)} } }`, {}, by), 'introspection')
    assert.equal(refusedBy(`{ __type(name: "Node") { fields { type { fields { name } } } } }`, {}, by), null)
  }
})

test('each refusal is counted by its limit', () => {
  counts.length = 0
  refusedBy(`{ me { id ${'@skip(if:false)'.repeat(51)} } }`)
  refusedBy('{ page(first: 1000) { total } }')
  assert.deepEqual(counts, ['directives', 'page'])
})

test("every operation of Puchi's clients passes the limits that production has", () => {
  const sdl = readFileSync(`${import.meta.dirname}/../../schema/supergraph.graphql`, 'utf8')
  const ours = createLimits(buildASTSchema(parse(sdl), { assumeValidSDL: true }), strict, () => {})
  const operations = namedOperations()
  assert(operations.length > 20)
  for (const { name, text } of operations) assert.equal(refusedBy(text, { first: 20 }, ours), null, name)
})

test('every limit is a setting, wider where any supergraph may be served', () => {
  const names = Object.keys(strictLimits)
  for (const name of names) assert(name in settings.shape && name in anonymousSettings.shape, name)
  for (const [limit, most] of Object.entries(strict)) assert(generous[limit as keyof typeof strict] >= most)
})
