import { type Effect, effectOf, type Reached } from './effect.ts'
import { type Board, finishedWeeks } from './leaderboard.ts'

/** What the rules ask of storage: see `store/weeks.ts`. */
export type Weeks = {
  /** Which of the boards nobody has settled yet. */
  unsettled(boards: readonly Board[]): Promise<Board[]>
  /** Locks everybody in first place of a board and keeps what `decide` says of them, once for each board. */
  settle(board: Board, decide: (leader: Reached) => Effect): Promise<void>
}

/** The effect of a week in first place. */
export const won = ({ stats, unlocked }: Reached): Effect =>
  effectOf({ ...stats, weeksWon: stats.weeksWon + 1 }, unlocked)

// A report from the last second of a week may still be on its way to the database.
const grace = 60_000

/** Gives each week that is over its champions, all who share first place. Repeating it changes nothing. */
export async function settleWeeks(weeks: Weeks, now: Date): Promise<void> {
  const boards = finishedWeeks(new Date(now.getTime() - grace))
  for (const board of await weeks.unsettled(boards)) await weeks.settle(board, won)
}
