import {
  type Connection,
  connectionOf,
  number,
  type Page,
  type PageArgs,
  type Part,
  pageOf,
  word,
} from '@puchi/platform/pagination'
import { addDays, type Day, localTime, mondayOf } from './day.ts'
import type { Learner } from './learner.ts'
import { namedOnBoard, type Seen, seenBy } from './privacy.ts'

export type Period = 'WEEKLY' | 'MONTHLY' | 'ALL_TIME'

/** One list of scores: of a week, of a month, or of all time. */
export type Board = string

// One clock for everybody: whoever is first at the end of the week is first everywhere.
const timezone = 'Asia/Ho_Chi_Minh'

/** The board of a period that runs now. */
export function boardOf(period: Period, now: Date): Board {
  const { day } = localTime(now, timezone)
  if (period === 'WEEKLY') return weekBoard(day)
  return period === 'MONTHLY' ? `month:${day.slice(0, 7)}` : 'all'
}

/** What everybody follows who follows a leaderboard: an award moves all of them. */
export const everyBoard = 'boards'

const weekBoard = (day: Day): Board => `week:${mondayOf(day)}`

/** Every board that XP awarded now counts for. */
export const boardsOf = (now: Date): Board[] =>
  (['WEEKLY', 'MONTHLY', 'ALL_TIME'] as const).map((period) => boardOf(period, now))

const weeksLookedBack = 4

/** The boards of the last four weeks that are over. */
export function finishedWeeks(now: Date): Board[] {
  const monday = mondayOf(localTime(now, timezone).day)
  return Array.from({ length: weeksLookedBack }, (_, i) => weekBoard(addDays(monday, -7 * (i + 1))))
}

/** How many learners of a board have more than a score, and how many have just that. */
export type Place = { above: number; equal: number }

export type Scored = { learner: Learner; xp: number }

/** What the rules ask of storage: see `store/leaderboards.ts`. */
export type Leaderboards = {
  /** A part of a board, the highest score first, and the place of its first score. */
  part(board: Board, page: Page): Promise<Part<Scored> & { first: Place }>
  /** A learner's XP on a board, 0 for none, and its place. */
  standing(board: Board, learnerId: string): Promise<{ xp: number; place: Place }>
}

export type Entry = { rank: number; xp: number; user: Seen | null }

/** The viewer's own: who they are is read only where it is asked for. */
export type OwnEntry = { rank: number; xp: number; ownId: string }

/** A part of the board of a period as a viewer sees it, each score with its rank. */
export async function leaderboard(
  boards: Leaderboards,
  { period, viewerId, now }: { period: Period; viewerId: string | undefined; now: Date },
  args: PageArgs,
): Promise<Connection<Entry> & { board: Board }> {
  const board = boardOf(period, now)
  const page = pageOf(board, args, [number, word])
  const part = await boards.part(board, page)
  const rank = ranks(
    part.items.map(({ node }) => node),
    part.first,
  )
  const items = part.items.map(({ node, place }, i) => ({ place, node: { ...node, rank: rank[i] ?? 0 } }))
  const show = ({ rank, xp, learner }: Scored & { rank: number }) => ({
    rank,
    xp,
    user: namedOnBoard(viewerId, learner) ? seenBy(viewerId, learner) : null,
  })
  return { ...connectionOf(board, page, { items, hasNext: part.hasNext }, show), board }
}

/** Where a learner stands on a board, however far down; without XP below everybody who has some. */
export async function ownEntry(boards: Leaderboards, board: Board, ownId: string): Promise<OwnEntry> {
  const { xp, place } = await boards.standing(board, ownId)
  return { rank: place.above + 1, xp, ownId }
}

/** Ties share a rank and the next rank leaves room for them: 1, 1, 3. `first` is the place of the first score. */
export function ranks(scores: readonly { xp: number }[], first: Place): number[] {
  const top = scores[0]?.xp
  const lower = scores.findIndex(({ xp }) => xp !== top)
  let rank = first.above + 1
  return scores.map(({ xp }, i) => {
    if (i === lower) rank = first.above + first.equal + 1
    else if (i > lower && lower > 0 && xp !== scores[i - 1]?.xp)
      rank = first.above + first.equal + 1 + (i - lower)
    return rank
  })
}
