import { partOf, placeOr } from '@puchi/platform/pagination'
import type { Leaderboards, Place } from '../domain/leaderboard.ts'
import type { Database } from './database.ts'
import { joinLearner, type LearnerRow, learnerColumns, learnerOf } from './rows.ts'
import { placeOf } from './scores.ts'

// Down the index (board, xp DESC, learner_id): the higher score first, then the smaller id.
const part = `WITH page AS MATERIALIZED (
    SELECT learner_id, xp FROM scores
    WHERE board = $1 AND xp <= $2 AND (xp < $2 OR learner_id > $3)
    ORDER BY xp DESC, learner_id LIMIT $4),
  first AS (SELECT place.* FROM (SELECT max(xp) AS xp FROM page) AS top, LATERAL (${placeOf('top.xp')}) AS place)
  SELECT s.xp, first.above, first.equal, ${learnerColumns}
  FROM page AS s CROSS JOIN first ${joinLearner('s.learner_id')}
  ORDER BY s.xp DESC, s.learner_id`

const standing = `SELECT own.xp, place.above, place.equal
  FROM (SELECT coalesce(max(xp), 0) AS xp FROM scores WHERE board = $1 AND learner_id = $2) AS own,
    LATERAL (${placeOf('own.xp')}) AS place`

const highest = [String(2 ** 31 - 1), '']

/** How a rank is found: see `scores.ts`. */
export const leaderboardsIn = ({ pool }: Database): Leaderboards => ({
  async part(board, page) {
    const values = [board, ...placeOr(page, highest), page.first + 1]
    const { rows } = await pool.query<LearnerRow & Place & { xp: number }>(part, values)
    const read = partOf(rows, page, ({ xp, above: _, equal: __, ...row }) => ({
      node: { xp, learner: learnerOf(row) },
      place: [String(xp), row.id],
    }))
    return { ...read, first: { above: rows[0]?.above ?? 0, equal: rows[0]?.equal ?? 0 } }
  },
  async standing(board, learnerId) {
    const { rows } = await pool.query<Place & { xp: number }>(standing, [board, learnerId])
    const { xp, above, equal } = rows[0] ?? { xp: 0, above: 0, equal: 0 }
    return { xp, place: { above, equal } }
  },
})
