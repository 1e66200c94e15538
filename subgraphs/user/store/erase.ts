import type { Sql } from '@puchi/platform/database/transaction'
import { forgetScores } from './scores.ts'
import { takeTurn } from './tombstone.ts'

// Whoever followed or was followed keeps a right count. Locked in the order of ids, as everywhere, and with
// the learner, so that no report can come in between.
const uncount = `WITH met AS (
    SELECT learner_id FROM stats WHERE learner_id IN (
      SELECT followed_id FROM follows WHERE follower_id = $1 UNION
      SELECT follower_id FROM follows WHERE followed_id = $1 UNION SELECT $1)
    ORDER BY learner_id FOR UPDATE)
  UPDATE stats s SET
    followers = followers - (SELECT count(*)::int FROM follows WHERE follower_id = $1 AND followed_id = s.learner_id),
    following = following - (SELECT count(*)::int FROM follows WHERE followed_id = $1 AND follower_id = s.learner_id)
  FROM met WHERE s.learner_id = met.learner_id`

/** Leaves no row about a learner: the profile with all that hangs on it, scores, and what the outbox still says. */
export async function eraseLearner(sql: Sql, id: string): Promise<void> {
  await takeTurn(sql, id)
  await sql.query(uncount, [id])
  await forgetScores(sql, id)
  await sql.query('DELETE FROM learners WHERE id = $1', [id])
  // Events carry the profile. They are void now: the account's own end is told by auth.
  await sql.query('DELETE FROM outbox WHERE aggregate_id = $1', [id])
}
