import assert from 'node:assert/strict'
import { test } from 'node:test'
import { achievementsOf, newlyUnlocked } from './achievements.ts'
import { checkedSpan, checkedWeeks, weeklyXp } from './activity.ts'
import { addDays, isDay, localTime, mondayOf } from './day.ts'
import { heartsNow, nextHeartAt } from './hearts.ts'
import { boardsOf, ranks } from './leaderboard.ts'
import { levelOf, levelProgress } from './level.ts'
import { checkedSearch, folded } from './search.ts'
import { newStats, shownStats } from './stats.ts'
import { extended, noStreak, streakOn } from './streak.ts'
import { isPerfect, xpOf } from './xp.ts'

test('rule 1: an attempt is worth its share of right answers, rounded down; no exercises are worth nothing', () => {
  assert.deepEqual(
    [xpOf({ correct: 3, total: 3 }), xpOf({ correct: 2, total: 3 }), xpOf({ correct: 0, total: 0 })],
    [10, 6, 0],
  )
  assert.equal(xpOf({ correct: 9, total: 10 }, 25), 22)
})

test('rule 4: a streak counts days: today twice is one, yesterday adds one, a missed day begins anew', () => {
  const first = extended(noStreak, '2026-11-23')
  assert.deepEqual(extended(first, '2026-11-23'), first)
  const second = extended(first, '2026-11-24')
  assert.deepEqual([second.currentStreak, second.longestStreak], [2, 2])
  const anew = extended(second, '2026-11-26')
  assert.deepEqual([anew.currentStreak, anew.longestStreak], [1, 2])
})

test('rule 4: a streak survives until the day after ends', () => {
  const streak = { ...noStreak, currentStreak: 7, longestStreak: 7, lastDay: '2026-11-24' }
  assert.deepEqual([streakOn(streak, '2026-11-25'), streakOn(streak, '2026-11-26')], [7, 0])
})

test('rule 4: a freeze covers one missed day, and is used up by it alone', () => {
  const streak = { currentStreak: 7, longestStreak: 7, streakFreezes: 1, lastDay: '2026-11-23' }
  assert.equal(streakOn(streak, '2026-11-25'), 7)
  assert.deepEqual(extended(streak, '2026-11-25'), {
    currentStreak: 8,
    longestStreak: 8,
    streakFreezes: 0,
    lastDay: '2026-11-25',
  })
  assert.deepEqual(extended(streak, '2026-11-26').streakFreezes, 1)
  assert.deepEqual(extended(streak, '2026-11-26').currentStreak, 1)
})

test('rule 4: a day that a new time zone puts before the last one changes nothing', () => {
  const streak = { ...noStreak, currentStreak: 2, longestStreak: 2, lastDay: '2026-11-25' }
  assert.deepEqual(extended(streak, '2026-11-24'), streak)
})

test("rule 4: the day is the learner's: at 17:00 UTC it is tomorrow in Vietnam", () => {
  const now = new Date('2026-11-25T17:00:00Z')
  assert.deepEqual(localTime(now, 'Asia/Ho_Chi_Minh'), { day: '2026-11-26', hour: 0 })
  assert.deepEqual(localTime(now, 'America/New_York'), { day: '2026-11-25', hour: 12 })
})

test('rule 4: weeks start on Monday', () => {
  for (const day of ['2026-11-23', '2026-11-25', '2026-11-29']) assert.equal(mondayOf(day), '2026-11-23')
  assert.equal(mondayOf('2026-11-30'), '2026-11-30')
})

test('rule 5: levels begin at 0 60 120 200 300 450 650 900 1200 1500, then every 400', () => {
  const begins = [0, 60, 120, 200, 300, 450, 650, 900, 1_200, 1_500, 1_900, 2_300]
  for (const [i, xp] of begins.entries()) {
    assert.equal(levelOf(xp), i + 1)
    if (xp > 0) assert.equal(levelOf(xp - 1), i)
  }
  assert.deepEqual(levelProgress(130), { level: 3, currentXp: 10, xpToNextLevel: 80 })
  assert.deepEqual(levelProgress(2_000), { level: 11, currentXp: 100, xpToNextLevel: 400 })
})

test('rule 6: weeks without learning are 0; 12 weeks unless asked, 1 to 52', () => {
  const span = checkedWeeks(null, '2026-11-25')
  assert.deepEqual(span, { from: '2026-09-07', to: '2026-11-29' })
  const day = { day: '2026-11-24', xp: 10, seconds: 0, lessons: 1 }
  const weeks = weeklyXp([day, { ...day, day: '2026-11-29', xp: 5 }], span)
  assert.equal(weeks.length, 12)
  assert.deepEqual(weeks.at(-1), { weekStart: '2026-11-23', xp: 15 })
  assert.deepEqual(weeks[0], { weekStart: '2026-09-07', xp: 0 })
  for (const count of [0, -1, 53])
    assert.throws(() => checkedWeeks(count, '2026-11-25'), /weeks: must be 1 to 52/)
  assert.deepEqual(checkedWeeks(1, '2026-11-25'), { from: '2026-11-23', to: '2026-11-29' })
  assert.equal(checkedWeeks(52, '2026-11-25').from, '2025-12-01')
})

test('rule 6: daily activity is the last 90 days unless asked, from not after to', () => {
  const { from, to } = checkedSpan({}, '2026-11-25')
  assert.deepEqual([addDays(from, 89), to], ['2026-11-25', '2026-11-25'])
  const span = (from: string, to: string) => checkedSpan({ from, to }, '2026-11-25')
  assert.throws(() => span('2026-11-26', '2026-11-25'), /from: must not be after to/)
  assert.deepEqual(span('2026-11-25', '2026-11-25'), { from: '2026-11-25', to: '2026-11-25' })
  assert.throws(() => span('2025-11-24', '2026-11-25'), /from: must be at most 366 days before to/)
  assert.equal(span('2025-11-25', '2026-11-25').from, '2025-11-25')
  assert.throws(() => span('2026-02-30', '2026-11-25'), /from: must be a day/)
  for (const text of ['2026-02-30', 'today', '2026-11-25T00:00:00Z', '']) {
    assert.throws(() => checkedSpan({ to: text }, '2026-11-25'), /to: must be a day/)
    assert.throws(() => checkedSpan({ from: text }, '2026-11-25'), /from: must be a day/)
  }
  for (const day of ['2024-02-29', '1970-01-01', '9999-12-31']) assert(isDay(day), day)
  for (const text of ['1969-12-31', 'x2026-11-25', '2026-11-25x', '2026-1-5', '2025-02-29', ''])
    assert(!isDay(text), text)
})

test('rule 10: at most five hearts, one back every four hours', () => {
  const heartsAt = new Date('2026-11-25T00:00:00Z')
  const at = (time: string) => new Date(`2026-11-25T${time}Z`)
  const three = { hearts: 3, heartsAt }
  assert.deepEqual(
    ['03:59:59', '04:00:00', '08:00:00', '23:00:00'].map((time) => heartsNow(three, at(time))),
    [3, 4, 5, 5],
  )
  assert.deepEqual(nextHeartAt(three, at('05:00:00')), at('08:00:00'))
  assert.equal(nextHeartAt(three, at('09:00:00')), null)
})

test('rule 10: an achievement is unlocked by its requirement, once', () => {
  const stats = { ...newStats, completedLessons: 1, crowns: 1, longestStreak: 7, following: 5 }
  const codes = ['FIRST_STEPS', 'STREAK_3', 'STREAK_7', 'PERFECT_LESSON', 'SOCIAL_BUTTERFLY']
  assert.deepEqual(newlyUnlocked(stats, new Set()), codes)
  assert.deepEqual(newlyUnlocked(stats, new Set(codes)), [])
  const all = { completedLessons: 100, totalSeconds: 36_000, nightLessons: 10, earlyLessons: 10, weeksWon: 1 }
  assert.equal(newlyUnlocked({ ...stats, ...all, longestStreak: 30 }, new Set()).length, 11)
})

test('rule 10: the screen of achievements shows how far one has come, never beyond', () => {
  const shown = achievementsOf({ ...newStats, completedLessons: 120 }, new Map())
  const century = shown.find(({ code }) => code === 'CENTURY')
  assert.deepEqual([century?.progress, century?.requirement, century?.unlockedAt], [100, 100, null])
  assert.equal(shown.length, 11)
  assert.equal(new Set(shown.map(({ title }) => title)).size, 11)
  for (const { title, description } of shown) assert(title && description, title)
})

test('rule 2: a lesson awards its share of right answers rounded down, and is perfect only where it asked something', () => {
  const xp = (correct: number, total: number) => xpOf({ correct, total })
  assert.deepEqual([xp(0, 0), xp(0, 3), xp(1, 3), xp(2, 3), xp(3, 3)], [0, 0, 3, 6, 10])
  const perfect = (correct: number, total: number) => isPerfect({ correct, total })
  assert.deepEqual([perfect(0, 0), perfect(2, 3), perfect(3, 3)], [false, false, true])
})

test('rule 10: accuracy is right answers of all, and nothing before the first', () => {
  const now = new Date()
  assert.equal(shownStats(newStats, now, 'UTC').accuracy, null)
  assert.equal(shownStats({ ...newStats, correct: 3, answered: 4 }, now, 'UTC').accuracy, 0.75)
})

test('rule 11: ties share a rank and the next leaves room for them', () => {
  const scores = [30, 20, 20, 10, 10, 5].map((xp) => ({ xp }))
  assert.deepEqual(ranks(scores, { above: 0, equal: 1 }), [1, 2, 2, 4, 4, 6])
  assert.deepEqual(ranks(scores.slice(2), { above: 1, equal: 2 }), [2, 4, 4, 6])
  assert.deepEqual(ranks([], { above: 0, equal: 0 }), [])
})

test('rule 11: weeks and months of the board are those of Vietnam', () => {
  assert.deepEqual(boardsOf(new Date('2026-11-29T16:59:59Z')), ['week:2026-11-23', 'month:2026-11', 'all'])
  assert.deepEqual(boardsOf(new Date('2026-11-29T17:00:00Z')), ['week:2026-11-30', 'month:2026-11', 'all'])
})

test('a search folds case and accents, and has 1 to 60 characters', () => {
  for (const text of ['Quâng', 'QUANG', 'quảng'.normalize('NFD')]) assert.equal(folded(text), 'quang')
  assert.equal(checkedSearch('  Đỗ   Nguyễn '), 'do nguyen')
  assert.equal(checkedSearch('a'.repeat(60)).length, 60)
  for (const text of ['', '  ', 'a'.repeat(61), 'a'.repeat(50_000)])
    assert.throws(() => checkedSearch(text), /text: must have 1 to 60 characters/)
})
