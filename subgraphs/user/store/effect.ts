import type { Sql } from '@puchi/platform/database/transaction'
import type { AchievementCode } from '../domain/achievements.ts'
import type { Effect } from '../domain/effect.ts'
import type { Stats } from '../domain/stats.ts'
import { keepHappenings } from './events.ts'
import { statsAssignments, statsValues } from './rows.ts'

export async function unlockedOf(sql: Sql, learnerId: string): Promise<Set<AchievementCode>> {
  const { rows } = await sql.query('SELECT code FROM achievements WHERE learner_id = $1', [learnerId])
  return new Set((rows as { code: AchievementCode }[]).map(({ code }) => code))
}

/** Keeps what became of a learner whose stats are locked, and what happened. */
export async function keepEffect(
  sql: Sql,
  learnerId: string,
  { stats, unlocked, happened }: Effect,
): Promise<void> {
  await writeStats(sql, learnerId, stats)
  await sql.query(
    'INSERT INTO achievements (learner_id, code, unlocked_at) SELECT $1, unnest($2::text[]), now()',
    [learnerId, unlocked],
  )
  await keepHappenings(sql, learnerId, happened)
}

export async function writeStats(sql: Sql, learnerId: string, stats: Stats): Promise<void> {
  const text = `UPDATE stats SET ${statsAssignments(1)} WHERE learner_id = $1`
  await sql.query(text, [learnerId, ...statsValues(stats)])
}
