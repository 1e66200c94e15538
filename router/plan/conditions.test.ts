import assert from 'node:assert/strict'
import { test } from 'node:test'
import { getOperationAST, parse, print } from 'graphql'
import { decide, decidingVariables } from './conditions.ts'

const decided = (text: string, decisions: Record<string, unknown>): string => {
  const document = parse(text)
  const operation = getOperationAST(document)
  assert(operation)
  return print(decide(document, operation, decisions)).replace(/\s+/g, ' ')
}

test('a skipped field is gone, an included one stays without its directive', () => {
  const text =
    'query($t: Boolean!) { a @skip(if: $t) b @include(if: $t) c @include(if: false) d @skip(if: false) }'
  assert.equal(decided(text, { t: true }), 'query ($t: Boolean!) { b d }')
  assert.equal(decided(text, { t: false }), 'query ($t: Boolean!) { a d }')
})

test('contradicting conditions leave an object without fields, not without the object', () => {
  const text = 'query($t: Boolean!) { a @skip(if: $t) { id @include(if: $t) } }'
  assert.equal(decided(text, { t: false }), 'query ($t: Boolean!) { a { __typename } }')
  assert.equal(decided(text, { t: true }), 'query ($t: Boolean!) { __typename }')
})

test('fragments are written out under the conditions of their spreads', () => {
  const text =
    'query($t: Boolean!) { ...F @include(if: $t) b } fragment F on Query { a ...G } fragment G on Query { g }'
  assert.equal(decided(text, { t: true }), 'query ($t: Boolean!) { ... on Query { a ... on Query { g } } b }')
  assert.equal(decided(text, { t: false }), 'query ($t: Boolean!) { b }')
})

test('only variables of conditions decide', () => {
  const document = parse(
    'query($t: Boolean!, $x: Boolean!) { a(x: $x) @skip(if: $t) ...F } fragment F on Query { b @include(if: $f) }',
  )
  assert.deepEqual(decidingVariables(document), ['f', 't'])
})
