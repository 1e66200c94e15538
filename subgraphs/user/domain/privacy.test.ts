import assert from 'node:assert/strict'
import { test } from 'node:test'
import { learnersInMemory } from '../../../tests/harness/learners.ts'
import { type Learner, newLearner } from './learner.ts'
import { findableBy, namedOnBoard, seenBy, statsShown } from './privacy.ts'
import { byUsername } from './username.ts'

const lan = (privacy: Partial<Learner['preferences']> = {}): Learner => {
  const learner = newLearner('user_lan')
  const named = {
    username: 'lan',
    firstName: 'Lan',
    lastName: 'Đỗ',
    avatarUrl: 'https://a.example/',
    bio: 'Xin chào',
  }
  return { ...learner, ...named, preferences: { ...learner.preferences, ...privacy } }
}

test('rule 7: a learner sees all of themselves, whatever they show to others', () => {
  const learner = lan({ profilePublic: false, shareActivity: false })
  const { username, avatarUrl, firstName, lastName, bio, preferences, onboarding } = learner
  assert.deepEqual(seenBy('user_lan', learner), {
    ...{ id: 'user_lan', username, avatarUrl, firstName, lastName, bio, preferences, onboarding },
    timezone: 'Asia/Ho_Chi_Minh',
    shows: { own: true, profile: true, activity: true },
  })
})

test('rule 7: others see username and avatar, and names and bio where the profile is public', () => {
  for (const viewer of ['user_an', undefined]) {
    const hidden = seenBy(viewer, lan({ profilePublic: false }))
    assert.deepEqual([hidden.username, hidden.avatarUrl], ['lan', 'https://a.example/'])
    assert.deepEqual([hidden.firstName, hidden.lastName, hidden.bio], [null, null, null])
    const open = seenBy(viewer, lan({ profilePublic: true }))
    assert.deepEqual([open.firstName, open.lastName, open.bio], ['Lan', 'Đỗ', 'Xin chào'])
    for (const seen of [hidden, open]) assert.deepEqual([seen.preferences, seen.onboarding], [null, null])
  }
})

test('rule 7: what was learned when is seen where the profile is public and the activity shared', () => {
  const shown = (profilePublic: boolean, shareActivity: boolean) =>
    seenBy('user_an', lan({ profilePublic, shareActivity })).shows
  assert.deepEqual(shown(true, true), { own: false, profile: true, activity: true })
  assert.deepEqual(shown(true, false), { own: false, profile: true, activity: false })
  assert.deepEqual(shown(false, true), { own: false, profile: false, activity: false })
})

test('stats are seen where the profile is, and by an admin', () => {
  const hidden = seenBy('user_an', lan({ profilePublic: false }))
  const open = seenBy('user_an', lan({ profilePublic: true }))
  assert.deepEqual(
    [statsShown(hidden, false), statsShown(hidden, true), statsShown(open, false)],
    [false, true, true],
  )
})

test('who does not want to be found is found by themselves alone', async () => {
  const hidden = lan({ findableByUsername: false })
  assert.deepEqual(
    [findableBy('user_an', hidden), findableBy(undefined, hidden), findableBy('user_lan', hidden)],
    [false, false, true],
  )
  assert(findableBy('user_an', lan({ findableByUsername: true })))
  const learners = learnersInMemory(hidden)
  assert.equal(await byUsername(learners, 'user_an', 'lan'), null)
  assert.equal((await byUsername(learners, 'user_lan', 'lan'))?.id, 'user_lan')
})

test('a leaderboard names who shares their activity, and the viewer', () => {
  const hidden = lan({ shareActivity: false })
  assert.deepEqual([namedOnBoard('user_an', hidden), namedOnBoard('user_lan', hidden)], [false, true])
  assert(namedOnBoard(undefined, lan({ shareActivity: true })))
})
