import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Refusal } from '@puchi/platform/errors'
import { learnersInMemory } from '../../../tests/harness/learners.ts'
import { newLearner, welcome } from './learner.ts'
import { checkedProfile, type ProfileInput, updateProfile } from './profile.ts'

const faultyFields = (input: ProfileInput): string[] => {
  try {
    checkedProfile(input)
    return []
  } catch (error) {
    assert(error instanceof Refusal)
    assert.equal(error.extensions.code, 'BAD_USER_INPUT')
    return error.extensions.fields?.map(({ field }) => field) ?? []
  }
}

test('null clears a field, an absent one stays', async () => {
  const learners = learnersInMemory({ ...newLearner('user_lan'), firstName: 'Lan', bio: 'Xin chào' })
  const changed = await updateProfile(learners, 'user_lan', { bio: null })
  assert.deepEqual([changed.firstName, changed.bio], ['Lan', null])
})

test('a username is lowered, and cannot be cleared', () => {
  assert.deepEqual(checkedProfile({ username: 'Lan_Chi' }), { username: 'lan_chi' })
  assert.deepEqual(faultyFields({ username: null }), ['username'])
  assert.deepEqual(faultyFields({ username: 'lân' }), ['username'])
})

test('every field that breaks a rule is named at once', () => {
  const input = {
    username: 'x',
    firstName: ' ',
    lastName: 'y'.repeat(51),
    avatarUrl: 'http://a.example',
    bio: '',
  }
  assert.deepEqual(faultyFields(input).sort(), ['avatarUrl', 'bio', 'firstName', 'lastName', 'username'])
})

test('a name is kept trimmed and in NFC, its length counted in characters', () => {
  const decomposed = 'Nguyễn'.normalize('NFD')
  assert.deepEqual(checkedProfile({ lastName: ` ${decomposed} ` }), { lastName: 'Nguyễn'.normalize('NFC') })
  assert.deepEqual(faultyFields({ firstName: 'ễ'.normalize('NFD').repeat(50) }), [])
  assert.deepEqual(faultyFields({ firstName: '🦊'.repeat(50) }), [])
  assert.deepEqual(faultyFields({ firstName: '🦊'.repeat(51) }), ['firstName'])
})

test('a name that would pass for another one is refused', () => {
  for (const firstName of ['a\nb', 'a\u202eb', 'a\u200bb', 'a\u0007'])
    assert.deepEqual(faultyFields({ firstName }), ['firstName'])
  assert.deepEqual(faultyFields({ bio: 'two\nlines' }), [])
})

test('G15 a text of 50 KB costs at most 10 ms', () => {
  for (const field of ['username', 'firstName', 'avatarUrl', 'bio'] as const) {
    const text = `${'a'.repeat(50_000)}!`
    const began = performance.now()
    assert.deepEqual(faultyFields({ [field]: text }), [field])
    assert(performance.now() - began < 10, field)
  }
})

test('an avatar is an https address without a password', () => {
  assert.deepEqual(checkedProfile({ avatarUrl: 'https://a.example/ă b.png' }), {
    avatarUrl: 'https://a.example/%C4%83%20b.png',
  })
  for (const avatarUrl of [
    'javascript:alert(1)',
    'data:image/png,x',
    'https://a:b@c.example',
    '//a.example',
    'x',
  ])
    assert.deepEqual(faultyFields({ avatarUrl }), ['avatarUrl'], avatarUrl)
})

test('a username that somebody has is refused with one that is free', async () => {
  const learners = learnersInMemory({ ...newLearner('user_lan'), username: 'lan' })
  await assert.rejects(updateProfile(learners, 'user_an', { username: 'LAN', bio: 'x' }), (error) => {
    assert(error instanceof Refusal)
    assert.deepEqual(error.extensions, { code: 'USERNAME_TAKEN', suggestion: 'lan-2' })
    return true
  })
  assert.deepEqual(learners.all().length, 1)
})

test('keeping the own username is no conflict', async () => {
  const learners = learnersInMemory({ ...newLearner('user_lan'), username: 'lan' })
  assert.equal((await updateProfile(learners, 'user_lan', { username: 'lan' })).username, 'lan')
})

test('a learner is welcomed once: nothing of a known one changes', async () => {
  const learners = learnersInMemory()
  await welcome(learners, 'user_lan')
  await updateProfile(learners, 'user_lan', { firstName: 'Lan' })
  assert.equal((await welcome(learners, 'user_lan')).firstName, 'Lan')
})
