import assert from 'node:assert/strict'
import { test } from 'node:test'
import { buildSchema } from 'graphql'
import type { Data } from '../data.ts'
import { merge } from './merge.ts'

const schema = buildSchema(
  'interface Good { id: ID } type Pen implements Good { id: ID } type Query { all: [Good] }',
)

test('answers are merged object by object, and lists element by element', () => {
  const known = { a: { x: 1 }, list: [{ id: '1' }, null, { id: '3' }], gone: null }
  merge(known, { a: { y: 2 }, list: [{ n: 1 }, null, { n: 3 }], gone: { z: 1 }, none: undefined }, schema)
  assert.deepEqual(known, {
    a: { x: 1, y: 2 },
    list: [{ id: '1', n: 1 }, null, { id: '3', n: 3 }],
    gone: { z: 1 },
  })
})

test('no answer reaches the prototype of all objects', () => {
  const answer = JSON.parse(
    '{"__proto__":{"polluted":1},"a":{"__proto__":{"polluted":1}},"constructor":{"prototype":{"polluted":1}}}',
  )
  merge({ a: {} }, answer, schema)
  merge({}, answer, schema)
  assert.equal(({} as Record<string, unknown>)['polluted'], undefined)
  assert.equal((Object as unknown as Record<string, unknown>)['polluted'], undefined)
})

function inOrder(...answers: Data[]): Data {
  const into: Data = {}
  for (const answer of answers) merge(into, structuredClone(answer), schema)
  return into
}

test('a null takes no object away that another answer has, whichever came first', () => {
  const one = { me: { id: '1', email: 'a' }, list: [{ id: '1' }, null], text: 'a' }
  const other = { me: null, list: [null, { id: '2' }], text: null }
  const merged = { ...one, list: [{ id: '1' }, { id: '2' }] }
  assert.deepEqual(inOrder(one, other), { ...merged, text: null })
  assert.deepEqual(inOrder(other, one), { ...merged, text: 'a' })
})

test('an object keeps its type’s name beside an interface object’s, whichever came first', () => {
  const one = { all: [{ __typename: 'Pen', id: '1' }] }
  const other = { all: [{ __typename: 'Good', price: 1 }] }
  const merged = { all: [{ __typename: 'Pen', id: '1', price: 1 }] }
  assert.deepEqual(inOrder(one, other), merged)
  assert.deepEqual(inOrder(other, one), merged)
})
