import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { portsInMemory } from '../../../tests/harness/learning.ts'
import { newLearner } from './learner.ts'
import { recordProgress } from './progress.ts'
import type { Report } from './report.ts'

const now = new Date('2026-11-25T03:00:00Z')
const lan = () => portsInMemory(newLearner('user_lan'))
const later = new Date('2026-11-25T09:00:00Z')
const by = { learnerId: 'user_lan', now }

const report = (change: Partial<Report> = {}): Report => ({
  lessonId: 'greetings',
  percent: 100,
  correct: 7,
  total: 10,
  seconds: 60,
  idempotencyKey: 'first',
  ...change,
})

const again = (idempotencyKey: string, change: Partial<Report>) => report({ ...change, idempotencyKey })

test('rule 2: a lesson awards its best attempt once, a better one only the difference', async () => {
  const { book } = lan()
  const awarded = []
  for (const [key, correct] of [
    ['a', 7],
    ['b', 5],
    ['c', 10],
    ['d', 10],
  ] as const)
    awarded.push((await recordProgress(book, by, again(key, { correct }))).xpAwarded)
  assert.deepEqual(awarded, [7, 0, 3, 0])
})

test('rule 2: a repeated report has one effect and the same answer', async () => {
  const { book, kept } = lan()
  const first = await recordProgress(book, by, report())
  const { stats } = kept('user_lan')
  assert.deepEqual(await recordProgress(book, by, report()), first)
  assert.equal(kept('user_lan').stats, stats)
})

test('rule 2: a key used with other arguments is IDEMPOTENCY_CONFLICT and changes nothing', async () => {
  const { book, kept } = lan()
  await recordProgress(book, by, report())
  const { stats } = kept('user_lan')
  for (const change of [{ percent: 99 }, { correct: 8 }, { lessonId: 'numbers' }, { seconds: 61 }])
    await assert.rejects(recordProgress(book, by, report(change)), {
      extensions: { code: 'IDEMPOTENCY_CONFLICT' },
    })
  assert.equal(kept('user_lan').stats, stats)
})

test('rule 3: status only rises, percent never falls', async () => {
  const { book, kept } = lan()
  await recordProgress(book, by, again('a', { percent: 0, correct: 0, total: 0 }))
  assert.equal(kept('user_lan').lessons.get('greetings')?.status, 'NOT_STARTED')
  for (const [key, percent] of [
    ['b', 40],
    ['c', 100],
    ['d', 10],
  ] as const)
    await recordProgress(book, by, again(key, { percent }))
  const { status, percent } = kept('user_lan').lessons.get('greetings') ?? {}
  assert.deepEqual([status, percent], ['COMPLETED', 100])
})

test('rule 10: a first completion is a gem, every answer right a crown, each once a lesson', async () => {
  const { book, kept } = lan()
  for (const key of ['a', 'b']) await recordProgress(book, by, again(key, { correct: 10 }))
  const { gems, crowns, completedLessons } = kept('user_lan').stats
  // First Steps and Perfect Lesson bring ten gems each.
  assert.deepEqual([gems, crowns, completedLessons], [21, 1, 1])
})

test('a report is answered with the lesson, what it awarded and unlocked, and the stats that follow', async () => {
  const { book, kept } = lan()
  const first = await recordProgress(book, by, again('a', { correct: 10 }))
  const { progress, stats, achievements, ...rest } = first
  assert.deepEqual(progress, {
    ...{ lessonId: 'greetings', status: 'COMPLETED', percent: 100, xp: 10, crowned: true, attempts: 1 },
    ...{ completedAt: now, updatedAt: now },
  })
  assert.deepEqual(rest, { xpAwarded: 10, levelReached: null, streakExtended: true })
  assert.deepEqual(
    achievements.map(({ code, progress, requirement, unlockedAt }) => [
      code,
      progress,
      requirement,
      unlockedAt,
    ]),
    [
      ['FIRST_STEPS', 1, 1, now],
      ['PERFECT_LESSON', 1, 1, now],
    ],
  )
  assert.deepEqual([stats.totalXp, stats.totalMinutes, stats.accuracy], [10, 1, 1])
  const next = await recordProgress(book, { ...by, now: later }, again('b', { seconds: 30, correct: 5 }))
  assert.deepEqual([next.streakExtended, next.xpAwarded, next.achievements], [false, 0, []])
  assert.deepEqual(
    [next.progress.attempts, next.progress.completedAt, next.progress.updatedAt, next.progress.crowned],
    [2, now, later, true],
  )
  const { totalSeconds, correct, answered } = kept('user_lan').stats
  assert.deepEqual([totalSeconds, correct, answered], [90, 15, 20])
  assert.deepEqual(kept('user_lan').days.get('2026-11-25'), {
    day: '2026-11-25',
    xp: 10,
    seconds: 90,
    lessons: 1,
  })
})

test('rule 5: the level that a report reaches is answered, and told', async () => {
  const { book, happened } = lan()
  const reached = []
  for (let i = 0; i < 7; i += 1)
    reached.push(
      (await recordProgress(book, by, again(`k${i}`, { lessonId: `l${i}`, correct: 10 }))).levelReached,
    )
  assert.deepEqual(reached, [null, null, null, null, null, 2, null])
  assert.deepEqual(
    happened.filter(({ type }) => type === 'user.level.reached'),
    [{ type: 'user.level.reached', level: 2 }],
  )
})

test('rule 3: a lesson is in progress once some of it is done or answered, and not completed before all is', async () => {
  const { book } = lan()
  const statusOf = async (lessonId: string, change: Partial<Report>) => {
    const { progress } = await recordProgress(book, by, again(lessonId, { lessonId, ...change }))
    return [progress.status, progress.completedAt, progress.crowned]
  }
  const none = { correct: 0, total: 0 }
  assert.deepEqual(await statusOf('a', { ...none, percent: 0 }), ['NOT_STARTED', null, false])
  assert.deepEqual(await statusOf('b', { ...none, percent: 1 }), ['IN_PROGRESS', null, false])
  assert.deepEqual(await statusOf('c', { percent: 0, correct: 0, total: 1 }), ['IN_PROGRESS', null, false])
  assert.deepEqual(await statusOf('d', { ...none, percent: 99 }), ['IN_PROGRESS', null, false])
  assert.deepEqual(await statusOf('e', { ...none, percent: 100 }), ['COMPLETED', now, false])
})

test('only what rose is told: of a lesson status or percent, of a learner XP', async () => {
  const { book, happened } = lan()
  const told = async (key: string, change: Partial<Report>) => {
    happened.length = 0
    await recordProgress(book, by, again(key, change))
    return happened.filter(({ type }) => /progress|xp|streak/.test(type))
  }
  const progress = (status: string, percent: number) => ({
    ...{ type: 'user.progress.updated', lessonId: 'greetings', status, percent },
  })
  const xp = (amount: number, totalXp: number) => ({
    ...{ type: 'user.xp.awarded', lessonId: 'greetings', amount, totalXp },
  })
  const streak = { type: 'user.streak.extended', currentStreak: 1, longestStreak: 1 }
  const none = { correct: 0, total: 0 }
  assert.deepEqual(await told('a', { ...none, percent: 0 }), [streak])
  assert.deepEqual(await told('b', { percent: 0, correct: 0 }), [progress('IN_PROGRESS', 0)])
  assert.deepEqual(await told('c', { ...none, percent: 40 }), [progress('IN_PROGRESS', 40)])
  assert.deepEqual(await told('d', { ...none, percent: 40 }), [])
  assert.deepEqual(await told('e', { percent: 20, correct: 4 }), [xp(4, 4)])
  assert.deepEqual(await told('f', { correct: 10 }), [progress('COMPLETED', 100), xp(6, 10)])
})

test('rule 10: night begins at 22:00 and the early morning ends at 07:00', async () => {
  const { book, kept } = lan()
  const at = ['14:59:59', '15:00:00', '16:59:59', '17:00:00', '23:59:59', '00:00:00', '05:00:00']
  for (const time of at) {
    const by = { learnerId: 'user_lan', now: new Date(`2026-11-25T${time}Z`) } // Vietnam is seven hours ahead
    await recordProgress(book, by, again(time, { lessonId: time }))
  }
  const { nightLessons, earlyLessons } = kept('user_lan').stats
  assert.deepEqual([nightLessons, earlyLessons], [2, 2])
})

test('rule 10: ten lessons after 22:00 make a night owl, before 07:00 an early bird', async () => {
  const { book, kept } = lan()
  for (let i = 0; i < 10; i += 1) {
    const late = { learnerId: 'user_lan', now: new Date('2026-11-25T15:30:00Z') }
    const early = { learnerId: 'user_lan', now: new Date('2026-11-25T23:30:00Z') }
    await recordProgress(book, late, again(`late${i}`, { lessonId: `late${i}` }))
    await recordProgress(book, early, again(`early${i}`, { lessonId: `early${i}` }))
  }
  const { unlocked } = kept('user_lan')
  assert(unlocked.has('NIGHT_OWL') && unlocked.has('EARLY_BIRD'))
})

test('what happened is told: progress, XP, level, streak, achievements', async () => {
  const { book, happened } = lan()
  for (let i = 0; i < 6; i += 1)
    await recordProgress(book, by, again(`k${i}`, { lessonId: `l${i}`, correct: 10 }))
  const count = (type: string) => happened.filter((one) => one.type === type).length
  assert.deepEqual(
    ['progress.updated', 'xp.awarded', 'level.reached', 'streak.extended', 'achievement.unlocked'].map(
      (type) => count(`user.${type}`),
    ),
    [6, 6, 1, 1, 2],
  )
})

test('every number that breaks a rule is named, and nothing is kept', async () => {
  const { book, kept } = lan()
  const bad: [Partial<Report>, string[]][] = [
    [{ percent: 101 }, ['percent']],
    [{ percent: -1 }, ['percent']],
    [{ correct: 11 }, ['correct']],
    [{ seconds: 86_401 }, ['seconds']],
    [{ lessonId: '', idempotencyKey: 'x'.repeat(65) }, ['lessonId', 'idempotencyKey']],
  ]
  for (const [change, fields] of bad)
    await assert.rejects(recordProgress(book, by, report(change)), (error: { extensions?: unknown }) => {
      const { code, fields: named } = error.extensions as { code: string; fields: { field: string }[] }
      assert.deepEqual([code, named.map(({ field }) => field)], ['BAD_USER_INPUT', fields])
      return true
    })
  assert.equal(kept('user_lan').reports.size, 0)
})

const anyReport = fc
  .record({
    lessonId: fc.constantFrom('a', 'b', 'c'),
    percent: fc.integer({ min: 0, max: 100 }),
    total: fc.integer({ min: 0, max: 12 }),
    right: fc.integer({ min: 0, max: 12 }),
    seconds: fc.integer({ min: 0, max: 4_000 }),
  })
  .map(({ right, ...rest }) => ({ ...rest, correct: Math.min(right, rest.total) }))

const manyReports = fc
  .array(anyReport, { maxLength: 12 })
  .map((reports) => reports.map((one, i): Report => ({ ...one, idempotencyKey: `k${i}` })))

/** The reports in any order, any of them any number of times. */
const shuffledOf = (reports: Report[]) =>
  fc
    .tuple(
      fc.shuffledSubarray(reports, { minLength: reports.length }),
      fc.array(fc.nat({ max: Math.max(0, reports.length - 1) }), { maxLength: 12 }),
    )
    .map(([order, repeats]) =>
      repeats.reduce((all, i) => all.toSpliced(i * 2, 0, ...order.slice(i, i + 1)), order),
    )

async function totalsOf(reports: readonly Report[]): Promise<unknown> {
  const { book, kept } = lan()
  await Promise.all(reports.map((one) => recordProgress(book, by, one)))
  const { stats, lessons } = kept('user_lan')
  const sorted = [...lessons.values()].sort((a, b) => a.lessonId.localeCompare(b.lessonId))
  return [
    stats,
    sorted.map(({ lessonId, status, percent, xp, crowned }) => [lessonId, status, percent, xp, crowned]),
  ]
}

test('rule 10: any order, repetition and interleaving of reports ends in the totals of their set', async () => {
  const anyRun = manyReports.chain((reports) => fc.tuple(fc.constant(reports), shuffledOf(reports)))
  await fc.assert(
    fc.asyncProperty(anyRun, async ([reports, shuffled]) => {
      assert.deepEqual(await totalsOf(shuffled), await totalsOf(reports))
    }),
    { numRuns: 300 },
  )
})
