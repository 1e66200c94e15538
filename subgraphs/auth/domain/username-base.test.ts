import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fastest } from '../../../tests/harness/fastest.ts'
import { usernameBase } from './username-base.ts'

test('a username begins as the letters and digits of an e-mail’s local part', () => {
  assert.equal(usernameBase('Lan.Chi+1@example.com'), 'lanchi1')
  assert.equal(usernameBase('a@example.com'), 'puchi_user')
  assert.equal(usernameBase('ễ@example.com'), 'puchi_user')
})

test('G15 an e-mail of 50 KB becomes a username of at most 30 within 10 ms', () => {
  for (const email of [
    `${'a'.repeat(50_000)}!`,
    '@'.repeat(50_000),
    `${'.'.repeat(50_000)}@`,
    'a@'.repeat(25_000),
  ])
    assert(fastest(() => assert(usernameBase(email).length <= 30)) < 10)
})
