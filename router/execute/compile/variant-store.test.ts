import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parse } from 'graphql'
import { compose } from '../../../dev/compose.ts'
import { createPlanning, type Planning } from '../../plan/planning.ts'
import { createGateway } from '../gateway.ts'
import { offer, type Subscribing } from '../source.ts'
import { compileOperation } from './operation.ts'
import { createVariantStore } from './variant-store.ts'

const sdl = 'type Query { open: Int  more: Query }  type Subscription { told: Int }'
const planning = createPlanning(compose([{ name: 'a', url: 'http://a', sdl }]))

/** The same planning, and how often it was asked for a plan. */
function counting() {
  let plans = 0
  const plan: Planning['plan'] = (...given) => {
    plans += 1
    return planning.plan(...given)
  }
  return { planning: { ...planning, plan }, plans: () => plans }
}

test('an operation’s variants make place for others, by the number of their fields, and are planned again', () => {
  const { planning, plans } = counting()
  const store = createVariantStore(100)
  const [one, other, large] = [
    '{ a: open }',
    '{ b: open }',
    `{ ${Array.from({ length: 80 }, (_, at) => `a${at}: open`).join(' ')} }`,
  ].map((text) => compileOperation(planning, parse(text), undefined, store))
  assert(one && other && large)
  assert.equal(plans(), 3)
  large.variantFor({})
  assert.equal(plans(), 4, 'it has more fields than there is room for')
  for (const small of [one, other]) small.variantFor({})
  assert.equal(plans(), 4)
  const third = parse(`{ ${'more { '.repeat(8)} open ${'} '.repeat(9)}`)
  compileOperation(planning, third, undefined, store)
  other.variantFor({})
  assert.equal(plans(), 5)
  one.variantFor({})
  assert.equal(plans(), 6, 'what was used longest ago made place')
})

test('of the ways that one operation’s conditions turn out no more are kept than there is room for', () => {
  const { planning, plans } = counting()
  const names = ['a', 'b', 'c', 'd']
  const head = names.map((name) => `$${name}: Boolean!`).join()
  const text = `query (${head}) { open ${names.map((name) => `${name}: open @include(if: $${name})`).join(' ')} }`
  const operation = compileOperation(planning, parse(text), undefined, createVariantStore(100))
  const every = Array.from({ length: 16 }, (_, at) =>
    Object.fromEntries(names.map((name, bit) => [name, Boolean(at & (1 << bit))])),
  )
  for (const variables of every) operation.variantFor(variables)
  for (const variables of every) operation.variantFor(variables)
  assert.equal(plans(), 32)
  operation.variantFor(every.at(-1) ?? {})
  assert.equal(plans(), 32)
})

test('what is subscribed to stays compiled for as long as that lasts', () => {
  const { planning, plans } = counting()
  const operation = compileOperation(
    planning,
    parse('subscription { told }'),
    undefined,
    createVariantStore(1),
  )
  const subscribing: Subscribing = {}
  const text = 'subscription { told }'
  offer(subscribing, { compiled: operation, text, variables: {}, fetch: async () => ({}) })
  const before = plans()
  for (let event = 0; event < 3; event += 1) subscribing.found?.compiled.variantFor({})
  assert.equal(subscribing.found?.source.subgraph, 'a')
  assert.equal(plans(), before)
})

test('what was published stays compiled, whatever else is asked', () => {
  const { planning, plans } = counting()
  const gateway = createGateway({ planning, fetch: async () => ({}) })
  const text = 'query Published { open }'
  const document = gateway.prepare(text)
  assert(document)
  for (let at = 0; at < 2_500; at += 1) {
    const other = `{ a${at}: open }`
    gateway.compiled(other, parse(other)).variantFor({})
  }
  const before = plans()
  for (const name of ['Published', undefined]) gateway.compiled(text, document, name).variantFor({})
  assert.equal(plans(), before)
})
