import type { Leaderboards } from '../domain/leaderboard.ts'
import type { Database } from './database.ts'
import { partOf, placeOr } from './parts.ts'
import { joinLearner, type LearnerRow, learnerColumns, learnerOf } from './rows.ts'
import { placeOf } from './scores.ts'

// Down the index (board, xp DESC, learner_id): the higher score first, then the smaller id.
const part = `SELECT s.xp, ${learnerColumns} FROM (
    SELECT learner_id, xp FROM scores
    WHERE board = $1 AND xp <= $2 AND (xp < $2 OR learner_id > $3)
    ORDER BY xp DESC, learner_id LIMIT $4) AS s
  ${joinLearner('s.learner_id')}
  ORDER BY s.xp DESC, s.learner_id`

const highest = [String(2 ** 31 - 1), '']

/** How a rank is found: see `scores.ts`. */
export const leaderboardsIn = ({ pool }: Database): Leaderboards => ({
  async part(board, page) {
    const values = [board, ...placeOr(page, highest), page.first + 1]
    const { rows } = await pool.query<LearnerRow & { xp: number }>(part, values)
    const first = rows[0] ? await placeOf(pool, board, rows[0].xp) : { above: 0, equal: 0 }
    const read = partOf(rows, page, ({ xp, ...row }) => ({
      node: { xp, learner: learnerOf(row) },
      place: [String(xp), row.id],
    }))
    return { ...read, first }
  },
  async standing(board, learnerId) {
    const { rows } = await pool.query<{ xp: number }>(
      'SELECT xp FROM scores WHERE board = $1 AND learner_id = $2',
      [board, learnerId],
    )
    const xp = rows[0]?.xp ?? 0
    return { xp, place: await placeOf(pool, board, xp) }
  },
})
