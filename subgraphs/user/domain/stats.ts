import { localTime } from './day.ts'
import { type Hearts, heartsNow, mostHearts, nextHeartAt } from './hearts.ts'
import { type LevelProgress, levelProgress } from './level.ts'
import { noStreak, type Streak, streakOn } from './streak.ts'

/** What is kept of a learner's learning: sums that no order of reports changes, the streak, and the hearts. */
export type Stats = Streak &
  Hearts & {
    totalXp: number
    totalSeconds: number
    /** Right answers and all answers, over every report. */
    correct: number
    answered: number
    completedLessons: number
    crowns: number
    gems: number
    /** Lessons first completed from 22:00 to midnight, and before 07:00. */
    nightLessons: number
    earlyLessons: number
    weeksWon: number
    following: number
    followers: number
  }

export const newStats: Stats = {
  ...noStreak,
  hearts: mostHearts,
  heartsAt: new Date(0),
  totalXp: 0,
  totalSeconds: 0,
  correct: 0,
  answered: 0,
  completedLessons: 0,
  crowns: 0,
  gems: 0,
  nightLessons: 0,
  earlyLessons: 0,
  weeksWon: 0,
  following: 0,
  followers: 0,
}

/** Stats as they are shown at a moment: what the clock changes is worked out. */
export type ShownStats = LevelProgress & {
  totalXp: number
  currentStreak: number
  longestStreak: number
  streakFreezes: number
  hearts: number
  nextHeartAt: Date | null
  gems: number
  crowns: number
  completedLessons: number
  totalMinutes: number
  /** From 0 to 1; null before the first answer. */
  accuracy: number | null
  wordsLearned: number
}

export const shownStats = (stats: Stats, now: Date, timezone: string): ShownStats => ({
  ...levelProgress(stats.totalXp),
  totalXp: stats.totalXp,
  currentStreak: streakOn(stats, localTime(now, timezone).day),
  longestStreak: stats.longestStreak,
  streakFreezes: stats.streakFreezes,
  hearts: heartsNow(stats, now),
  nextHeartAt: nextHeartAt(stats, now),
  gems: stats.gems,
  crowns: stats.crowns,
  completedLessons: stats.completedLessons,
  totalMinutes: Math.floor(stats.totalSeconds / 60),
  accuracy: stats.answered === 0 ? null : stats.correct / stats.answered,
  wordsLearned: 0, // saved words come with learning
})
