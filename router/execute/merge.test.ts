import assert from 'node:assert/strict'
import { test } from 'node:test'
import { buildSchema } from 'graphql'
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

test('a null takes no object away that another answer has, whichever came first', () => {
  const one = { me: { id: '1', email: 'a' }, list: [{ id: '1' }, null], text: 'a' }
  const other = { me: null, list: [null, { id: '2' }], text: null }
  for (const [first, second] of [
    [one, other],
    [other, one],
  ] as const) {
    const into = {}
    merge(into, structuredClone(first), schema)
    merge(into, structuredClone(second), schema)
    assert.deepEqual(into, { ...one, list: [{ id: '1' }, { id: '2' }], text: second.text })
  }
})

test('an object keeps its type’s name beside an interface object’s, whichever came first', () => {
  const one = { all: [{ __typename: 'Pen', id: '1' }] }
  const other = { all: [{ __typename: 'Good', price: 1 }] }
  for (const [first, second] of [
    [one, other],
    [other, one],
  ] as const) {
    const into = {}
    merge(into, structuredClone(first), schema)
    merge(into, structuredClone(second), schema)
    assert.deepEqual(into, { all: [{ __typename: 'Pen', id: '1', price: 1 }] })
  }
})
