import assert from 'node:assert/strict'
import { test } from 'node:test'
import { takes } from './topology.ts'

test('a pattern takes a key word by word; a star is one word, a hash any number', () => {
  const rows: [string, string, boolean][] = [
    ['auth.user.created', 'auth.user.created', true],
    ['auth.user.created', 'auth.user.deleted', false],
    ['auth.*.created', 'auth.user.created', true],
    ['auth.*', 'auth.user.created', false],
    ['auth.#', 'auth.user.created', true],
    ['auth.#', 'auth', true],
    ['#', 'access.denied', true],
    ['#.created', 'auth.user.created', true],
    ['#.user.#', 'auth.user.created', true],
    ['*.user.#.created', 'auth.user.created', true],
    ['auth.user', 'auth.user.created', false],
  ]
  for (const [pattern, key, does] of rows) assert.equal(takes(pattern, key), does, `${pattern} ${key}`)
})
