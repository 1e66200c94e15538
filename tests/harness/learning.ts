import { Refusal } from '@puchi/platform/errors'
import { createHub } from '@puchi/platform/live/hub'
import type { Page, Part } from '@puchi/platform/pagination'
import { createTelemetry } from '@puchi/platform/telemetry'
import type { AchievementCode } from '@puchi/user/domain/achievements'
import type { DayActivity } from '@puchi/user/domain/activity'
import type { Follows } from '@puchi/user/domain/follow'
import type { Happening } from '@puchi/user/domain/happening'
import type { Award, History } from '@puchi/user/domain/history'
import { boardsOf, type Leaderboards, type Place } from '@puchi/user/domain/leaderboard'
import type { Learner } from '@puchi/user/domain/learner'
import type { LessonProgress } from '@puchi/user/domain/lesson'
import { findableBy } from '@puchi/user/domain/privacy'
import type { Answer, ProgressBook } from '@puchi/user/domain/progress'
import { mustBeSame, type Report } from '@puchi/user/domain/report'
import { folded, type Search } from '@puchi/user/domain/search'
import { newStats, type Stats } from '@puchi/user/domain/stats'
import { learnersInMemory } from './learners.ts'

type Kept = {
  stats: Stats
  lessons: Map<string, LessonProgress>
  reports: Map<string, { report: Report; answer: Answer; at: Date }>
  days: Map<string, DayActivity>
  unlocked: Map<AchievementCode, Date>
  following: Map<string, Date>
}

type Memory = {
  learners: ReturnType<typeof learnersInMemory>
  of(id: string): Kept
  happened: Happening[]
  boards: Map<string, Map<string, number>>
}

const begun = (): Kept => ({
  stats: newStats,
  lessons: new Map(),
  reports: new Map(),
  days: new Map(),
  unlocked: new Map(),
  following: new Map(),
})

/** Every port of user on Maps. */
export function portsInMemory(...rows: Learner[]) {
  const kept = new Map<string, Kept>()
  const of = (id: string): Kept => {
    const known = kept.get(id) ?? begun()
    kept.set(id, known)
    return known
  }
  const learners = learnersInMemory(...rows)
  const memory: Memory = { learners, of, happened: [], boards: new Map() }
  return {
    learners,
    happened: memory.happened,
    kept: of,
    book: bookIn(memory),
    history: historyIn(memory),
    follows: followsIn(memory),
    leaderboards: leaderboardsIn(memory),
    search: searchIn(memory),
    versionOf: async () => memory.happened.length,
    live: createHub(createTelemetry('test')),
  }
}

const learnerOf = ({ learners }: Memory, id: string): Learner => {
  const learner = learners.all().find((one) => one.id === id)
  if (!learner) throw new Refusal('NOT_FOUND', 'Nobody has that id.')
  return learner
}

function bookIn(memory: Memory): ProgressBook {
  return {
    async record(learnerId, report, decide, now) {
      const own = memory.of(learnerId)
      const earlier = own.reports.get(report.idempotencyKey)
      if (earlier) mustBeSame(earlier.report, report)
      if (earlier) return earlier.answer
      const { timezone } = learnerOf(memory, learnerId).preferences
      const lesson = own.lessons.get(report.lessonId) ?? null
      const outcome = decide({ timezone, stats: own.stats, lesson, unlocked: new Set(own.unlocked.keys()) })
      const { answer, gain } = outcome
      own.stats = outcome.stats
      own.reports.set(report.idempotencyKey, { report, answer, at: now })
      own.lessons.set(report.lessonId, answer.progress)
      for (const code of outcome.unlocked) own.unlocked.set(code, now)
      const { xp, seconds, lessons } = own.days.get(gain.day) ?? { xp: 0, seconds: 0, lessons: 0 }
      const sum = { xp: xp + gain.xp, seconds: seconds + gain.seconds, lessons: lessons + gain.lessons }
      own.days.set(gain.day, { day: gain.day, ...sum })
      if (gain.xp > 0) for (const board of boardsOf(now)) score(memory, board, learnerId, gain.xp)
      memory.happened.push(...outcome.happened)
      return answer
    },
  }
}

function score({ boards }: Memory, board: string, learnerId: string, xp: number): void {
  const scores = boards.get(board) ?? new Map<string, number>()
  boards.set(board, scores.set(learnerId, (scores.get(learnerId) ?? 0) + xp))
}

/** The part of a sorted list after a place: places are found again by their text. */
function part<T>(sorted: readonly T[], { first, after }: Page, placeOf: (node: T) => string[]): Part<T> {
  const items = sorted.map((node) => ({ node, place: placeOf(node) }))
  const from = after === null ? 0 : items.findIndex(({ place }) => String(place) === String(after)) + 1
  return { items: items.slice(from, from + first), hasNext: items.length > from + first }
}

const newest = <T>(rows: T[], at: (row: T) => Date) => rows.sort((a, b) => at(b).getTime() - at(a).getTime())

function historyIn({ of }: Memory): History {
  return {
    stats: async (ids) => ids.map((id) => of(id).stats),
    unlocked: async (ids) => ids.map((id) => of(id).unlocked),
    days: async (asked) =>
      asked.map(({ learnerId, from, to }) =>
        [...of(learnerId).days.values()]
          .filter(({ day }) => day >= from && day <= to)
          .sort((a, b) => a.day.localeCompare(b.day)),
      ),
    lesson: async (learnerId, lessonId) => of(learnerId).lessons.get(lessonId) ?? null,
    lessons: async (learnerId, page) =>
      part(
        newest([...of(learnerId).lessons.values()], (lesson) => lesson.updatedAt),
        page,
        ({ updatedAt, lessonId }) => [updatedAt.toISOString(), lessonId],
      ),
    async awards(learnerId, page) {
      const reports = newest([...of(learnerId).reports.values()], ({ at }) => at)
      const awards = reports
        .filter(({ answer }) => answer.xpAwarded > 0)
        .map(({ report, answer, at }): Award & { key: string } => ({
          lessonId: report.lessonId,
          amount: answer.xpAwarded,
          awardedAt: at,
          key: report.idempotencyKey,
        }))
      return part(awards, page, ({ awardedAt, key }) => [awardedAt.toISOString(), key])
    },
    everything: async (learnerId) => ({ stats: [of(learnerId).stats] }),
  }
}

function followsIn(memory: Memory): Follows {
  const { of, learners } = memory
  const count = (id: string, change: number) => {
    of(id).stats = { ...of(id).stats, followers: of(id).stats.followers + change }
  }
  return {
    async follow({ followerId, followedId }, decide) {
      learnerOf(memory, followedId)
      const own = of(followerId)
      if (own.following.has(followedId)) return
      const outcome = decide({ stats: own.stats, unlocked: new Set(own.unlocked.keys()) })
      own.following.set(followedId, new Date(own.following.size))
      own.stats = outcome.stats
      for (const code of outcome.unlocked) own.unlocked.set(code, new Date(0))
      count(followedId, 1)
      memory.happened.push(...outcome.happened)
    },
    async unfollow({ followerId, followedId }) {
      const own = of(followerId)
      if (!own.following.delete(followedId)) return
      own.stats = { ...own.stats, following: own.stats.following - 1 }
      count(followedId, -1)
    },
    async list(list, learnerId, page) {
      const others = learners.all().flatMap((learner) => {
        const since =
          list === 'FOLLOWING'
            ? of(learnerId).following.get(learner.id)
            : of(learner.id).following.get(learnerId)
        return since ? [{ learner, since }] : []
      })
      const placeOf = (learner: Learner) => [new Date(0).toISOString(), learner.id]
      return part(
        newest(others, ({ since }) => since).map(({ learner }) => learner),
        page,
        placeOf,
      )
    },
    followedBy: async (followerId, ids) => new Set(ids.filter((id) => of(followerId).following.has(id))),
  }
}

function leaderboardsIn(memory: Memory): Leaderboards {
  const scoresOf = (board: string) => [...(memory.boards.get(board) ?? [])]
  const placeOf = (board: string, xp: number): Place => ({
    above: scoresOf(board).filter(([, other]) => other > xp).length,
    equal: scoresOf(board).filter(([, other]) => other === xp).length,
  })
  return {
    async part(board, page) {
      const sorted = scoresOf(board).sort(([a, x], [b, y]) => y - x || a.localeCompare(b))
      const scored = sorted.map(([id, xp]) => ({ learner: learnerOf(memory, id), xp }))
      const read = part(scored, page, ({ learner, xp }) => [String(xp), learner.id])
      return { ...read, first: placeOf(board, read.items[0]?.node.xp ?? 0) }
    },
    async standing(board, learnerId) {
      const xp = memory.boards.get(board)?.get(learnerId) ?? 0
      return { xp, place: placeOf(board, xp) }
    },
  }
}

function searchIn({ learners }: Memory): Search {
  const textOf = ({ username, firstName, lastName }: Learner) =>
    folded([username, firstName, lastName, firstName].map((name) => name ?? '').join(' '))
  return {
    async find(words, viewerId, page) {
      const found = learners.all().filter((one) => textOf(one).includes(words) && findableBy(viewerId, one))
      return part(found, page, ({ username, id }) => [username ?? '', id])
    },
  }
}
