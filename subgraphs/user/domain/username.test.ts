import assert from 'node:assert/strict'
import { test } from 'node:test'
import { learnersInMemory } from '../../../tests/harness/learners.ts'
import { newLearner } from './learner.ts'
import { alternatives, byUsername, freeUsername, isUsername } from './username.ts'

const named = (...usernames: string[]) =>
  learnersInMemory(...usernames.map((username) => ({ ...newLearner(`user_${username}`), username })))

test('a username has 3 to 30 of a-z 0-9 _ -', () => {
  for (const good of ['lan', 'a-b', 'x_1', 'a'.repeat(30)]) assert(isUsername(good), good)
  for (const bad of ['', 'ab', 'a'.repeat(31), 'Lan', 'lân', 'l n', 'lan\n']) assert(!isUsername(bad), bad)
})

test('a taken username gets -2, then -3, then the next that is free', async () => {
  assert.equal(await freeUsername(named(), 'lan'), 'lan')
  assert.equal(await freeUsername(named('lan'), 'lan'), 'lan-2')
  assert.equal(await freeUsername(named('lan', 'lan-2', 'lan-4'), 'lan'), 'lan-3')
})

test('an alternative of a long username is still a username', () => {
  for (const one of alternatives('a'.repeat(30))) assert(isUsername(one), one)
})

test('one statement finds a free username however many are taken', async () => {
  const taken = ['lan', ...alternatives('lan').slice(0, -1)]
  assert.equal(await freeUsername(named(...taken), 'lan'), 'lan-1000000000')
  assert.equal(await freeUsername(named(...taken, 'lan-1000000000'), 'lan'), undefined)
})

test('a username is found in any case of letters', async () => {
  assert.equal((await byUsername(named('lan'), undefined, 'LAN'))?.id, 'user_lan')
  assert.equal(await byUsername(named('lan'), undefined, 'x'.repeat(50_000)), null)
})
