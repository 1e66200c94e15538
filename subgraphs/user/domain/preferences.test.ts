import assert from 'node:assert/strict'
import { test } from 'node:test'
import { learnersInMemory } from '../../../tests/harness/learners.ts'
import { mergeGuestPreferences, updatePreferences } from './learner.ts'
import { checkedPreferences, defaultPreferences, isTimeZone } from './preferences.ts'

test('a partial change keeps the rest', async () => {
  const learners = learnersInMemory()
  await updatePreferences(learners, 'user_lan', { theme: 'DARK' })
  const { preferences } = await updatePreferences(learners, 'user_lan', { dailyGoalMinutes: 1440 })
  assert.deepEqual(preferences, { ...defaultPreferences, theme: 'DARK', dailyGoalMinutes: 1440 })
})

test('a change is told with all preferences as they are then; nothing given changes and tells nothing', async () => {
  const learners = learnersInMemory()
  await updatePreferences(learners, 'user_lan', { theme: 'DARK' })
  const told = { type: 'user.preferences.updated', ...defaultPreferences, theme: 'DARK' }
  assert.deepEqual(learners.happened, [told])
  const { preferences } = await updatePreferences(learners, 'user_lan', {})
  assert.deepEqual([preferences.theme, learners.happened], ['DARK', [told]])
})

test('a learner begins in Vietnamese and private, with everything on that teaches and off that only tells', () => {
  const { profilePublic, findableByUsername, shareActivity, ...others } = defaultPreferences
  assert.deepEqual([profilePublic, findableByUsername, shareActivity], [false, true, true])
  const { soundEffects, animations, motivationalMessages, listeningExercises, ...rest } = others
  assert.deepEqual([soundEffects, animations, motivationalMessages, listeningExercises], Array(4).fill(true))
  const { push, streakReminder, friendActivity, email, promotions, ...usual } = rest
  assert.deepEqual([push, streakReminder, friendActivity], [true, true, true])
  assert.deepEqual([email, promotions], [false, false])
  assert.deepEqual(usual, {
    ...{ theme: 'SYSTEM', locale: 'vi', timezone: 'Asia/Ho_Chi_Minh', dailyGoalMinutes: 30 },
    ...{ reminderTime: '19:00', quietHours: null },
  })
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
  for (const bad of [
    '',
    'asia/ho_chi_minh',
    '+Asia/Saigon',
    ' UTC',
    'UTC ',
    '+07:00',
    'Mars/Base',
    'Asia/',
    '../etc',
    'A'.repeat(50_000),
  ])
    assert(!isTimeZone(bad), bad)
  assert.throws(() => checkedPreferences({ timezone: 'Mars/Base' }), /timezone: must be an IANA time zone/)
})

test('times of day are hours and minutes, and quiet hours alone can be cleared', () => {
  for (const reminderTime of ['24:00', '7:00', '19:60', '19:00:00'])
    assert.throws(() => checkedPreferences({ reminderTime }), /reminderTime/)
  for (const [from, to] of [
    ['22:00', '22:00'],
    ['24:00', '07:00'],
    ['22:00', '7:00'],
  ] as const)
    assert.throws(() => checkedPreferences({ quietHours: { from, to } }), /quietHours/)
  const night = { from: '22:00', to: '07:00' }
  assert.deepEqual(checkedPreferences({ quietHours: night }), { quietHours: night })
  assert.deepEqual(checkedPreferences({ timezone: 'Asia/Tokyo' }), { timezone: 'Asia/Tokyo' })
  assert.deepEqual(checkedPreferences({ quietHours: null, reminderTime: '06:30' }), {
    reminderTime: '06:30',
    quietHours: null,
  })
})

test('what a guest chose wins only over defaults, and the merged preferences are named', async () => {
  const learners = learnersInMemory()
  await updatePreferences(learners, 'user_lan', { theme: 'DARK' })
  const guest = { theme: 'LIGHT', locale: 'en', dailyGoalMinutes: 30 } as const
  const { learner, merged } = await mergeGuestPreferences(learners, 'user_lan', guest)
  assert.deepEqual(merged, ['locale'])
  assert.deepEqual((await mergeGuestPreferences(learners, 'user_lan', guest)).merged, [])
  assert.deepEqual(learner.preferences, { ...defaultPreferences, theme: 'DARK', locale: 'en' })
})
