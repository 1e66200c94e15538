import { poolTransact, type Sql } from '@puchi/platform/database/transaction'
import { retrying } from '@puchi/platform/retry'
import type { Weeks } from '../domain/champion.ts'
import type { Board } from '../domain/leaderboard.ts'
import type { Stats } from '../domain/stats.ts'
import type { Database } from './database.ts'
import { keepEffect, unlockedOf } from './effect.ts'
import { statsColumns } from './rows.ts'

/** Which weeks have their champions. Of several processes that settle one week, the first does and the others wait. */
export function weeksIn({ pool }: Database): Weeks {
  const transact = poolTransact(pool)
  return {
    async unsettled(boards) {
      const { rows } = await pool.query<{ board: Board }>(
        'SELECT board FROM unnest($1::text[]) AS board WHERE board NOT IN (SELECT board FROM settled_weeks)',
        [boards],
      )
      return rows.map(({ board }) => board)
    },
    settle: (board, decide) =>
      retrying(() =>
        transact(async (_, sql) => {
          if (!(await begun(sql, board))) return
          for (const { learnerId, ...stats } of await lockLeaders(sql, board))
            await keepEffect(sql, learnerId, decide({ stats, unlocked: await unlockedOf(sql, learnerId) }))
        }),
      ),
  }
}

/** False where somebody else has settled the week. */
async function begun(sql: Sql, board: Board): Promise<boolean> {
  const text = 'INSERT INTO settled_weeks (board) VALUES ($1) ON CONFLICT DO NOTHING RETURNING 1'
  return (await sql.query(text, [board])).rows.length > 0
}

const lock = `SELECT s.learner_id AS "learnerId", ${statsColumns} FROM stats s WHERE s.learner_id IN (
    SELECT learner_id FROM scores WHERE board = $1 AND xp = (SELECT max(xp) FROM scores WHERE board = $1))
  ORDER BY s.learner_id FOR UPDATE`

const lockLeaders = async (sql: Sql, board: Board): Promise<(Stats & { learnerId: string })[]> =>
  (await sql.query(lock, [board])).rows as (Stats & { learnerId: string })[]
