import { type AchievementCode, newlyUnlocked, rewarded } from './achievements.ts'
import { type Happening, unlockings } from './happening.ts'
import { type Board, finishedWeeks } from './leaderboard.ts'
import type { Stats } from './stats.ts'

export type Leader = { stats: Stats; unlocked: ReadonlySet<AchievementCode> }
export type Won = { stats: Stats; unlocked: AchievementCode[]; happened: Happening[] }

/** What the rules ask of storage: see `store/weeks.ts`. */
export type Weeks = {
  /** Which of the boards nobody has settled yet. */
  unsettled(boards: readonly Board[]): Promise<Board[]>
  /** Locks everybody in first place of a board and keeps what `decide` says of them, once for each board. */
  settle(board: Board, decide: (leader: Leader) => Won): Promise<void>
}

/** The effect of a week in first place. */
export function won({ stats, unlocked }: Leader): Won {
  const counted = { ...stats, weeksWon: stats.weeksWon + 1 }
  const codes = newlyUnlocked(counted, unlocked)
  return { stats: rewarded(counted, codes), unlocked: codes, happened: unlockings(codes) }
}

// A report from the last second of a week may still be on its way to the database.
const grace = 60_000

/** Gives each week that is over its champions, all who share first place. Repeating it changes nothing. */
export async function settleWeeks(weeks: Weeks, now: Date): Promise<void> {
  const boards = finishedWeeks(new Date(now.getTime() - grace))
  for (const board of await weeks.unsettled(boards)) await weeks.settle(board, won)
}
