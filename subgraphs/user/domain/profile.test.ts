import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Refusal } from '@puchi/platform/errors'
import { fastest } from '../../../tests/harness/fastest.ts'
import { learnersInMemory } from '../../../tests/harness/learners.ts'
import { newLearner, welcome } from './learner.ts'
import { checkedProfile, type ProfileInput, setAvatar, updateProfile } from './profile.ts'
import { alternatives } from './username.ts'

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

test('a change of the profile is told with all of it; nothing given tells nothing', async () => {
  const learners = learnersInMemory({ ...newLearner('user_lan'), username: 'lan', firstName: 'Lan' })
  await updateProfile(learners, 'user_lan', {})
  assert.deepEqual(learners.happened, [])
  await updateProfile(learners, 'user_lan', { bio: 'Xin chào' })
  const profile = { username: 'lan', firstName: 'Lan', lastName: null, avatarUrl: null, bio: 'Xin chào' }
  assert.deepEqual(learners.happened, [{ type: 'user.profile.updated', ...profile }])
})

test('an avatar is set and taken away again; a bad address is named', async () => {
  const learners = learnersInMemory()
  const url = 'https://a.example/lan.png'
  assert.equal((await setAvatar(learners, 'user_lan', url)).avatarUrl, url)
  for (const nothing of [null, undefined, '']) {
    await setAvatar(learners, 'user_lan', url)
    assert.equal((await setAvatar(learners, 'user_lan', nothing)).avatarUrl, null)
  }
  await assert.rejects(async () => setAvatar(learners, 'user_lan', 'http://a.example'), {
    name: 'Refusal',
    message: 'url: must be an https address of at most 2048 characters',
  })
})

test('a text is as long as it may be, and says what is wrong where it is longer', () => {
  const url = (length: number) => 'https://a.example/'.padEnd(length, 'x')
  const fits: ProfileInput = { firstName: 'x'.repeat(50), lastName: 'x'.repeat(50), bio: 'x'.repeat(500) }
  assert.deepEqual(faultyFields({ ...fits, avatarUrl: url(2048) }), [])
  assert.deepEqual(faultyFields({ avatarUrl: url(2049) }), ['avatarUrl'])
  // Short enough as sent, too long as it is kept.
  assert.deepEqual(faultyFields({ avatarUrl: `https://a.example/${'ă'.repeat(1_000)}` }), ['avatarUrl'])
  const messages: [ProfileInput, string][] = [
    [{ username: 'x' }, 'username: must be 3 to 30 of a-z 0-9 _ -'],
    [{ username: null }, 'username: cannot be cleared'],
    [{ firstName: 'x'.repeat(51) }, 'firstName: must have at most 50 characters'],
    [{ firstName: 'x'.repeat(401) }, 'firstName: must have at most 50 characters'],
    [{ bio: ' ' }, 'bio: must not be empty; null clears it'],
    [{ lastName: 'a\nb' }, 'lastName: must be printable text'],
    [{ firstName: '\u3164\u200d' }, 'firstName: must not be empty; null clears it'],
  ]
  for (const [input, message] of messages)
    assert.throws(() => checkedProfile(input), { name: 'Refusal', message })
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
  const hidden = ['\n', '\u202e', '\u200b', '\u0007', '\u200e', '\u061c', '\u00ad', '\u3164', '\u{e0041}']
  for (const one of hidden) assert.deepEqual(faultyFields({ firstName: `a${one}b` }), ['firstName'])
  for (const firstName of ['👨\u200d👩\u200d👧', '❤\ufe0f']) assert.deepEqual(faultyFields({ firstName }), [])
  assert.deepEqual(faultyFields({ bio: 'two\nlines' }), [])
})

test('G15 a text of 50 KB costs at most 10 ms', () => {
  for (const field of ['username', 'firstName', 'avatarUrl', 'bio'] as const) {
    const text = `${'a'.repeat(50_000)}!`
    const refused = () => assert.deepEqual(faultyFields({ [field]: text }), [field])
    assert(fastest(refused) < 10, field)
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

test('where every alternative is taken too, a refused username comes without a suggestion', async () => {
  const names = ['lan', ...alternatives('lan')]
  const learners = learnersInMemory(...names.map((username, i) => ({ ...newLearner(`user_${i}`), username })))
  await assert.rejects(updateProfile(learners, 'user_an', { username: 'lan' }), (error) => {
    assert(error instanceof Refusal)
    assert.deepEqual(error.extensions, { code: 'USERNAME_TAKEN' })
    assert.match(error.message, /\w/)
    return true
  })
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
  assert.equal(learners.happened.length, 1)
})
