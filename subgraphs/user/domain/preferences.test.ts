import assert from 'node:assert/strict'
import { test } from 'node:test'
import { learnersInMemory } from '../../../tests/harness/learners.ts'
import { newLearner, preferencesFor, updatePreferences } from './learner.ts'
import { checkedPreferences, defaultPreferences, isTimeZone } from './preferences.ts'

test('a partial change keeps the rest', async () => {
  const learners = learnersInMemory()
  await updatePreferences(learners, 'user_lan', { theme: 'DARK' })
  const { preferences } = await updatePreferences(learners, 'user_lan', { dailyGoalMinutes: 1440 })
  assert.deepEqual(preferences, { ...defaultPreferences, theme: 'DARK', dailyGoalMinutes: 1440 })
})

test('no preference can be cleared', () => {
  const fields = ['theme', 'locale', 'timezone', 'dailyGoalMinutes'].map((field) => ({
    field,
    message: 'cannot be cleared',
  }))
  const input = { theme: null, locale: null, timezone: null, dailyGoalMinutes: null }
  assert.throws(() => checkedPreferences(input), { extensions: { code: 'BAD_USER_INPUT', fields } })
})

test('a daily goal is 1 to 1440 minutes', () => {
  for (const dailyGoalMinutes of [0, -1, 1441])
    assert.throws(() => checkedPreferences({ dailyGoalMinutes }), /dailyGoalMinutes/)
  assert.deepEqual(checkedPreferences({ dailyGoalMinutes: 1 }), { dailyGoalMinutes: 1 })
})

test('a time zone is an IANA name', () => {
  for (const good of [
    'Asia/Ho_Chi_Minh',
    'Asia/Saigon',
    'UTC',
    'Europe/Kyiv',
    'America/Port-au-Prince',
    'Etc/GMT+7',
  ])
    assert(isTimeZone(good), good)
  for (const bad of ['', 'asia/ho_chi_minh', '+07:00', 'Mars/Base', 'Asia/', '../etc', 'A'.repeat(50_000)])
    assert(!isTimeZone(bad), bad)
})

test('preferences are for their owner alone', () => {
  const learner = newLearner('user_lan')
  assert.equal(preferencesFor('user_lan', learner), learner.preferences)
  assert.equal(preferencesFor('user_an', learner), null)
  assert.equal(preferencesFor(undefined, learner), null)
})
