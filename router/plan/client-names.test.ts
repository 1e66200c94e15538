import assert from 'node:assert/strict'
import { test } from 'node:test'
import { getOperationAST, parse, print } from 'graphql'
import { documentInside, nameInside } from './client-names.ts'

function inside(text: string, planners: string[] = ['id', '__typename']) {
  const operation = getOperationAST(parse(text))
  assert(operation)
  const names = nameInside(operation, new Set(planners))
  return { names, text: print(documentInside(operation, names)).replace(/\s+/g, ' ') }
}

test('a key that the planner fetches for itself is lent to no other field', () => {
  const { names, text } = inside('{ me { id: name id2: id } }')
  assert.equal(text, '{ me { id__client0: name id2: id } }')
  assert.deepEqual(names.outer(['me', 0, 'id__client0']), ['me', 0, 'id'])
})

test('one key that stands for two calls under different types gets two names', () => {
  const { text } = inside('{ all { ... on A { price(c: EUR) } ... on B { price(c: USD) } } }')
  assert.equal(text, '{ all { ... on A { price(c: EUR) } ... on B { price__client0: price(c: USD) } } }')
})

test('__typename keeps its name under any alias, and JavaScript lends its own names to nobody', () => {
  assert.equal(inside('{ me { t: __typename } }').text, '{ me { __typename } }')
  assert.equal(inside('{ constructor: me { x } }').text, '{ constructor__client0: me { x } }')
  assert.equal(inside('{ __proto__: me { x } }').text, '{ __proto____client0: me { x } }')
})

test('a path into a field that only the planner asked for ends at its object', () => {
  const { names } = inside('{ me { name } }')
  assert.deepEqual(names.outer(['me', 'price__rq0', 'currency']), ['me'])
})
