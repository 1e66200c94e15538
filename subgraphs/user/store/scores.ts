import type { Sql } from '@puchi/platform/database/transaction'
import type { Board } from '../domain/leaderboard.ts'

// How a rank is found among a million: `score_counts` counts the learners of a board by score, at three widths (one
// score, 64, 4096 of them; `xp >> shift`). Whoever has more than a score is: the wide parts above its own, the middle
// ones above its own in that wide part, and the single scores above it in that middle part. That is a sum of at most
// a few hundred small rows, ties included, wherever the score lies. An award moves a learner from one count to another
// in its own transaction; each connection has its own share of every count, so that two awards never wait for each
// other, and a count is the sum of its shares.
const shares = 16

const raise = `INSERT INTO scores AS s (board, learner_id, xp) SELECT unnest($1::text[]), $2, $3 ORDER BY 1
  ON CONFLICT (board, learner_id) DO UPDATE SET xp = s.xp + excluded.xp RETURNING board, xp`

const moved = `WITH raised AS (${raise})
  INSERT INTO score_counts AS c (board, shift, part, share, learners)
  SELECT board, shift, part, pg_backend_pid() % ${shares}, sum(change) FROM (
      SELECT board, shift, xp >> shift AS part, 1 AS change FROM raised, unnest('{0,6,12}'::smallint[]) AS shift
      UNION ALL
      SELECT board, shift, (xp - $3) >> shift, -1 FROM raised, unnest('{0,6,12}'::smallint[]) AS shift
      WHERE xp > $3
    ) AS changes
  GROUP BY board, shift, part HAVING sum(change) <> 0 ORDER BY board, shift, part
  ON CONFLICT (board, shift, part, share) DO UPDATE SET learners = c.learners + excluded.learners`

export type Gained = { learnerId: string; xp: number; boards: Board[] }

/** Adds XP to a learner's score on each board. */
export async function addScore(sql: Sql, { learnerId, xp, boards }: Gained): Promise<void> {
  await sql.query(moved, [boards, learnerId, xp])
}

/** Says in SQL how many learners of board $1 are `above` a score, and how many have it, `equal`. */
export const placeOf = (xp: string): string => `SELECT
    coalesce(sum(learners) FILTER (WHERE shift > 0 OR part > ${xp}), 0)::int AS above,
    coalesce(sum(learners) FILTER (WHERE shift = 0 AND part = ${xp}), 0)::int AS equal
  FROM (
    SELECT shift, part, learners FROM score_counts WHERE board = $1 AND shift = 12 AND part > ${xp} >> 12
    UNION ALL
    SELECT shift, part, learners FROM score_counts
    WHERE board = $1 AND shift = 6 AND part > ${xp} >> 6 AND part < ((${xp} >> 12) + 1) << 6
    UNION ALL
    SELECT shift, part, learners FROM score_counts
    WHERE board = $1 AND shift = 0 AND part >= ${xp} AND part < ((${xp} >> 6) + 1) << 6
  ) AS counts`

const forget = `WITH gone AS (DELETE FROM scores WHERE learner_id = $1 RETURNING board, xp)
  INSERT INTO score_counts AS c (board, shift, part, share, learners)
  SELECT board, shift, xp >> shift, pg_backend_pid() % ${shares}, -1
  FROM gone, unnest('{0,6,12}'::smallint[]) AS shift ORDER BY 1, 2, 3
  ON CONFLICT (board, shift, part, share) DO UPDATE SET learners = c.learners + excluded.learners`

/** Takes a learner off every board. */
export async function forgetScores(sql: Sql, learnerId: string): Promise<void> {
  await sql.query(forget, [learnerId])
}
