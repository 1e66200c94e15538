import { type Day, daysBetween } from './day.ts'

export type Streak = {
  currentStreak: number
  longestStreak: number
  /** Each covers one missed day. */
  streakFreezes: number
  /** The last day with learning, in the learner's time zone then; null: none yet. */
  lastDay: Day | null
}

export const noStreak: Streak = { currentStreak: 0, longestStreak: 0, streakFreezes: 0, lastDay: null }

const missedDays = ({ lastDay }: Streak, today: Day): number =>
  lastDay === null ? 0 : Math.max(0, daysBetween(lastDay, today) - 1)

/** The streak after learning today. A day that a new time zone puts before the last one changes nothing. */
export function extended(streak: Streak, today: Day): Streak {
  const { currentStreak, longestStreak, streakFreezes, lastDay } = streak
  if (lastDay !== null && today <= lastDay) return { currentStreak, longestStreak, streakFreezes, lastDay }
  const missed = missedDays(streak, today)
  const survives = missed <= streakFreezes
  const days = survives ? currentStreak + 1 : 1
  return {
    currentStreak: days,
    longestStreak: Math.max(longestStreak, days),
    streakFreezes: survives ? streakFreezes - missed : streakFreezes,
    lastDay: today,
  }
}

/** The streak that stands today: it ends when more days were missed than freezes cover. */
export const streakOn = (streak: Streak, today: Day): number =>
  missedDays(streak, today) <= streak.streakFreezes ? streak.currentStreak : 0
