import { type AchievementState, justUnlocked } from './achievements.ts'
import { type Day, localTime } from './day.ts'
import { type Effect, effectOf, type Reached } from './effect.ts'
import type { Happening } from './happening.ts'
import { type Gain, gainOf, type LessonProgress, raisedLesson } from './lesson.ts'
import { levelOf } from './level.ts'
import { checkedReport, type Report } from './report.ts'
import { type ShownStats, type Stats, shownStats } from './stats.ts'
import { extended } from './streak.ts'

/** Where a learner stands before a report. */
export type Standing = Reached & {
  timezone: string
  /** The reported lesson; null: never reported. */
  lesson: LessonProgress | null
}

/** What a report is answered with, now and whenever it is repeated. */
export type Answer = {
  progress: LessonProgress
  xpAwarded: number
  levelReached: number | null
  streakExtended: boolean
  /** What this report unlocked. */
  achievements: AchievementState[]
  stats: ShownStats
}

/** What a report adds to a day of the learner. */
export type DayGain = { day: Day; xp: number; seconds: number; lessons: number }

export type Outcome = Effect & { gain: DayGain; answer: Answer }

/** What the rules ask of storage: see `store/progress.ts`. */
export type ProgressBook = {
  /**
   * Locks the learner and applies `decide`, or answers what the same key was answered before. Keeps all of the
   * outcome, or nothing. Throws IDEMPOTENCY_CONFLICT where the key belongs to another report.
   */
  record(
    learnerId: string,
    report: Report,
    decide: (standing: Standing) => Outcome,
    now: Date,
  ): Promise<Answer>
}

/** Raises what a learner has learned by a report, once for each idempotency key. */
export async function recordProgress(
  book: ProgressBook,
  { learnerId, now }: { learnerId: string; now: Date },
  report: Report,
): Promise<Answer> {
  const checked = checkedReport(report)
  return book.record(learnerId, checked, (standing) => progressed(standing, checked, now), now)
}

/** The effect of a report: no clock, no database. */
function progressed(standing: Standing, report: Report, now: Date): Outcome {
  const { day, hour } = localTime(now, standing.timezone)
  const lesson = raisedLesson(standing.lesson, report, now)
  const gained = gainOf(standing.lesson, lesson)
  const summed = added(standing.stats, report, { ...gained, hour })
  const before = standing.stats
  const streaked = { ...summed, ...extended(before, day) }
  const happened = happenings({ before, stats: streaked, was: standing.lesson, lesson })
  const effect = effectOf(streaked, standing.unlocked, happened)
  const { stats } = effect
  return {
    ...effect,
    gain: { day, xp: gained.xp, seconds: report.seconds, lessons: gained.completed },
    answer: {
      progress: lesson,
      xpAwarded: gained.xp,
      levelReached: levelOf(stats.totalXp) > levelOf(before.totalXp) ? levelOf(stats.totalXp) : null,
      streakExtended: stats.lastDay !== before.lastDay,
      achievements: justUnlocked(effect.unlocked, now),
      stats: shownStats(stats, now, standing.timezone),
    },
  }
}

const added = (stats: Stats, report: Report, gain: Gain & { hour: number }): Stats => ({
  ...stats,
  totalXp: stats.totalXp + gain.xp,
  totalSeconds: stats.totalSeconds + report.seconds,
  correct: stats.correct + report.correct,
  answered: stats.answered + report.total,
  completedLessons: stats.completedLessons + gain.completed,
  crowns: stats.crowns + gain.crowns,
  gems: stats.gems + gain.completed,
  nightLessons: stats.nightLessons + (gain.hour >= 22 ? gain.completed : 0),
  earlyLessons: stats.earlyLessons + (gain.hour < 7 ? gain.completed : 0),
})

type Raised = {
  before: Stats
  stats: Stats
  was: LessonProgress | null
  lesson: LessonProgress
}

function happenings({ before, stats, was, lesson }: Raised): Happening[] {
  const { lessonId, status, percent } = lesson
  const rose = status !== (was?.status ?? 'NOT_STARTED') || percent > (was?.percent ?? 0)
  const amount = stats.totalXp - before.totalXp
  const { totalXp, currentStreak, longestStreak } = stats
  return [
    ...(rose ? [{ type: 'user.progress.updated', lessonId, status, percent } as const] : []),
    ...(amount > 0 ? [{ type: 'user.xp.awarded', lessonId, amount, totalXp } as const] : []),
    ...levelsReached(before.totalXp, totalXp),
    ...(stats.lastDay !== before.lastDay
      ? [{ type: 'user.streak.extended', currentStreak, longestStreak } as const]
      : []),
  ]
}

const levelsReached = (from: number, to: number): Happening[] =>
  Array.from({ length: levelOf(to) - levelOf(from) }, (_, i) => ({
    type: 'user.level.reached',
    level: levelOf(from) + i + 1,
  }))
