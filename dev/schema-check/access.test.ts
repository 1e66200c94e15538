import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parse } from 'graphql'
import { accessChanges } from './access.ts'

const used = [new Map([['Query.a', 'operations/a.graphql:1']])]

/** What is said where `Query.a` and an unused `Query.b` carry this before and now. */
const said = (before: string, now: string, field = 'a'): string[] => {
  const schema = (access: string) => parse(`type Query { ${field}: Int ${access} }`)
  const found = accessChanges({ before: schema(before), now: schema(now) }, used, (name) => `at ${name}`)
  return found.map(({ level, text }) => `${level}: ${text}`)
}
const scopes = (...lists: string[][]) => `@requiresScopes(scopes: ${JSON.stringify(lists)})`
const policy = (...lists: string[][]) => `@policy(policies: ${JSON.stringify(lists)})`

test('who may ask stays the same however it is written', () => {
  assert.deepEqual(said('', ''), [])
  assert.deepEqual(said(scopes(['x', 'y'], ['z']), scopes(['z'], ['y', 'x'])), [])
  assert.deepEqual(
    said(`@authenticated ${scopes(['x'])}`, scopes(['x'])),
    [],
    'a scope is held by the signed-in alone',
  )
})

test('a demand that is new or harder breaks whoever asks for the field', () => {
  assert.deepEqual(said('@authenticated', scopes(['x'])), [
    "error: breaking: some may no longer: 'Query.a' was for signed in and is for x; used at operations/a.graphql:1",
  ])
  assert.match(said('', scopes(['x']))[0] ?? '', /^error: breaking.* for anybody and is for x;/)
  assert.match(
    said(scopes(['x'], ['y']), scopes(['x']))[0] ?? '',
    /^error: breaking.* for x or y and is for x;/,
  )
  assert.match(said(scopes(['x']), scopes(['x', 'y']))[0] ?? '', /^error: breaking.* and is for x \+ y;/)
  assert.match(said('', policy(['paid']))[0] ?? '', /^error: breaking.* and is for paid;/)
})

test('where visitors alone lose a field nobody knows whether one of them asks for it', () => {
  assert.deepEqual(said('', '@authenticated'), [
    "warning: dangerous: visitors may no longer: 'Query.a' was for anybody and is for signed in; used at operations/a.graphql:1",
  ])
})

test('nobody is broken where nobody asks', () => {
  assert.deepEqual(said('', '@authenticated', 'b'), [
    "warning: breaking, but unused: some may no longer: 'Query.b' was for anybody and is for signed in",
  ])
})

test('a demand that goes or is easier is dangerous, used or not', () => {
  for (const field of ['a', 'b']) {
    assert.match(
      said('@authenticated', '', field).join(),
      /^warning: dangerous: others may see it: .* is for anybody$/,
    )
    assert.match(said(scopes(['x']), scopes(['x'], ['y']), field).join(), /^warning: dangerous/)
    assert.match(said(scopes(['x', 'y']), scopes(['x']), field).join(), /^warning: dangerous/)
  }
})

test('another demand is both', () => {
  const [first = '', second = '', ...others] = said(scopes(['x']), scopes(['y']))
  assert.match(first, /^error: breaking/)
  assert.match(second, /^warning: dangerous/)
  assert.deepEqual(others, [])
})

test('a demand on a whole type counts as well', () => {
  const before = parse('type A { x: Int } type Query { a: A }')
  const now = parse('type A @authenticated { x: Int } type Query { a: A }')
  const found = accessChanges({ before, now }, [new Map([['A', 'a.graphql:2']])], (name) => name)
  assert.deepEqual(
    found.map(({ level, place }) => [level, place]),
    [['warning', 'A']],
  )
})
