import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { Refusal } from '@puchi/platform/errors'
import { createLog } from '@puchi/platform/log'
import { databaseFor } from '../../../tests/harness/database.ts'
import { newLearner, updatePreferences, welcome } from '../domain/learner.ts'
import { defaultPreferences } from '../domain/preferences.ts'
import { updateProfile } from '../domain/profile.ts'
import { openDatabase } from './database.ts'
import { learnersIn } from './learners.ts'

const database = openDatabase(await databaseFor('user'), createLog('user', 'silent'))
const learners = learnersIn(database)
after(database.close)

test('a learner begins with the defaults, and is read back as they were written', async () => {
  assert.deepEqual(await welcome(learners, 'user_lan'), newLearner('user_lan'))
  assert.deepEqual(await learners.byIds(['user_x', 'user_lan']), [null, newLearner('user_lan')])
  const profile = {
    username: 'lan',
    firstName: 'Lân',
    lastName: 'Đỗ',
    bio: '🦊',
    avatarUrl: 'https://a.example/b',
  }
  await updateProfile(learners, 'user_lan', profile)
  const changed = await updatePreferences(learners, 'user_lan', { theme: 'DARK', locale: 'ja' })
  assert.deepEqual(await learners.byUsername('lan'), changed)
  assert.deepEqual(changed, {
    ...newLearner('user_lan'),
    ...profile,
    preferences: { ...defaultPreferences, theme: 'DARK', locale: 'ja' },
  })
})

test('the longest that the rules let pass fits into the database', async () => {
  const text = (length: number) => '🦊'.repeat(length)
  const avatarUrl = `https://a.example/${'x'.repeat(2048 - 18)}`
  const input = {
    firstName: text(50),
    lastName: text(50),
    bio: text(500),
    avatarUrl,
    username: 'x'.repeat(30),
  }
  const {
    id: _,
    preferences: __,
    onboarding: ___,
    ...kept
  } = await updateProfile(learners, 'user_long', input)
  assert.deepEqual(kept, input)
})

test('of eight learners who want one username at once, one gets it', async () => {
  const wants = Array.from({ length: 8 }, (_, i) =>
    updateProfile(learners, `user_r${i}`, { username: 'rarely' }),
  )
  const results = await Promise.allSettled(wants)
  const refusals = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []))
  assert.equal(refusals.length, 7)
  for (const refusal of refusals) {
    assert(refusal instanceof Refusal, String(refusal))
    assert.deepEqual(refusal.extensions, { code: 'USERNAME_TAKEN', suggestion: 'rarely-2' })
  }
})

test('changes of one learner at the same time wait for each other: none is lost', async () => {
  await updatePreferences(learners, 'user_busy', { dailyGoalMinutes: 1 })
  const increase = () =>
    learners.change('user_busy', (learner) => {
      const { preferences, ...rest } = learner ?? newLearner('user_busy')
      return {
        learner: {
          ...rest,
          preferences: { ...preferences, dailyGoalMinutes: preferences.dailyGoalMinutes + 1 },
        },
        happened: [],
      }
    })
  await Promise.all(Array.from({ length: 25 }, increase))
  assert.equal((await learners.byIds(['user_busy']))[0]?.preferences.dailyGoalMinutes, 26)
})

test('a learner seen by twenty requests at once is one learner', async () => {
  await Promise.all(Array.from({ length: 20 }, () => welcome(learners, 'user_many')))
  assert.deepEqual((await learners.byIds(['user_many']))[0], newLearner('user_many'))
})

test('a change that is refused leaves nothing behind', async () => {
  const refused = learners.change('user_refused', () => {
    throw new Error('no')
  })
  await assert.rejects(refused, /no/)
  assert.deepEqual(await learners.byIds(['user_refused']), [null])
})
