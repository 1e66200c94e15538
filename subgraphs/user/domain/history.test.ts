import assert from 'node:assert/strict'
import { test } from 'node:test'
import { portsInMemory } from '../../../tests/harness/learning.ts'
import {
  achievementsSeen,
  awardList,
  dailyActivity,
  dataExport,
  lessonList,
  lessonSeen,
  type Reads,
  statsOf,
  weeksSeen,
} from './history.ts'
import { type Learner, newLearner } from './learner.ts'
import { seenBy } from './privacy.ts'
import { recordProgress } from './progress.ts'

const now = new Date('2026-11-25T03:00:00Z')
const lan = newLearner('user_lan')

/** Somebody who learned three lessons, each a day later, and all that is read of it. */
async function learned(privacy: Partial<Learner['preferences']> = {}) {
  const learner = { ...lan, preferences: { ...lan.preferences, ...privacy } }
  const { book, history } = portsInMemory(learner)
  for (const [i, lessonId] of ['greetings', 'numbers', 'food'].entries()) {
    const at = new Date(now.getTime() - (2 - i) * 86_400_000)
    const report = {
      lessonId,
      percent: 100,
      correct: 7 + i,
      total: 10,
      seconds: 60,
      idempotencyKey: lessonId,
    }
    await recordProgress(book, { learnerId: 'user_lan', now: at }, report)
  }
  const one = <T>(many: T[]): T => {
    assert(many[0] !== undefined)
    return many[0]
  }
  const reads: Reads = {
    stats: async (id) => one(await history.stats([id])),
    unlocked: async (id) => one(await history.unlocked([id])),
    days: async (asked) => one(await history.days([asked])),
  }
  return { history, reads, own: seenBy('user_lan', learner), others: seenBy('user_an', learner) }
}

test('one’s own learning is read whole: stats, achievements, days, weeks, lessons, awards', async () => {
  const { history, reads, own } = await learned()
  const stats = await statsOf(reads, own, { now })
  assert.deepEqual([stats?.totalXp, stats?.currentStreak, stats?.totalMinutes], [24, 3, 3])
  const achievements = await achievementsSeen(reads, own)
  assert.deepEqual(
    achievements?.filter(({ unlockedAt }) => unlockedAt).map(({ code }) => code),
    ['FIRST_STEPS', 'STREAK_3'],
  )
  assert.deepEqual(await dailyActivity(reads, { of: own, now }, { from: '2026-11-24' }), [
    { day: '2026-11-24', xp: 8, seconds: 60, lessons: 1 },
    { day: '2026-11-25', xp: 9, seconds: 60, lessons: 1 },
  ])
  assert.deepEqual(await weeksSeen(reads, { of: own, now }, 2), [
    { weekStart: '2026-11-16', xp: 0 },
    { weekStart: '2026-11-23', xp: 24 },
  ])
  assert.equal((await lessonSeen(history, own, 'numbers'))?.xp, 8)
  assert.deepEqual(Object.keys((await dataExport(history, own)) ?? {}), ['stats'])
})

test('lessons and awards are listed the latest first, page by page', async () => {
  const { history, own } = await learned()
  const lessons = await lessonList(history, own, { first: 2 })
  assert.deepEqual(
    lessons?.edges.map(({ node }) => node.lessonId),
    ['food', 'numbers'],
  )
  const after = lessons?.pageInfo.endCursor
  assert.deepEqual(
    (await lessonList(history, own, { after }))?.edges.map(({ node }) => node.lessonId),
    ['greetings'],
  )
  const awards = await awardList(history, own, { first: 2 })
  assert.deepEqual(
    awards?.edges.map(({ node }) => [node.lessonId, node.amount]),
    [
      ['food', 9],
      ['numbers', 8],
    ],
  )
  const rest = await awardList(history, own, { after: awards?.pageInfo.endCursor })
  assert.deepEqual(
    rest?.edges.map(({ node }) => node.lessonId),
    ['greetings'],
  )
  // A cursor of one list is none of the other.
  await assert.rejects(awardList(history, own, { after }), /after: must be a cursor of this list/)
  await assert.rejects(lessonList(history, own, { after: awards?.pageInfo.endCursor }), /after/)
})

test('of somebody else nothing is read that they do not show', async () => {
  const { history, reads, others } = await learned({ profilePublic: false })
  const seen = [
    await statsOf(reads, others, { now }),
    await achievementsSeen(reads, others),
    await dailyActivity(reads, { of: others, now }, {}),
    await weeksSeen(reads, { of: others, now }, null),
    await lessonList(history, others, {}),
    await lessonSeen(history, others, 'numbers'),
    await awardList(history, others, {}),
    await dataExport(history, others),
  ]
  assert(seen.every((part) => part === null))
  assert.equal((await statsOf(reads, others, { now, isAdmin: true }))?.totalXp, 24)
})

test('a public profile shows stats, achievements and shared activity, and never lessons, awards or the export', async () => {
  const { history, reads, others } = await learned({ profilePublic: true })
  assert.equal((await statsOf(reads, others, { now }))?.totalXp, 24)
  assert.equal((await achievementsSeen(reads, others))?.length, 11)
  assert.equal((await dailyActivity(reads, { of: others, now }, {}))?.length, 3)
  assert.equal((await weeksSeen(reads, { of: others, now }, null))?.length, 12)
  assert.equal(await lessonList(history, others, {}), null)
  assert.equal(await lessonSeen(history, others, 'numbers'), null)
  assert.equal(await awardList(history, others, {}), null)
  assert.equal(await dataExport(history, others), null)
})
