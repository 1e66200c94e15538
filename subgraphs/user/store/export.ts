import type { Sql } from '@puchi/platform/database/transaction'

// Every table that holds rows about a learner, with the column that names them. A test compares it with the database.
export const personal = {
  learners: 'id',
  preferences: 'learner_id',
  stats: 'learner_id',
  lesson_progress: 'learner_id',
  reports: 'learner_id',
  day_activity: 'learner_id',
  achievements: 'learner_id',
  follows: 'follower_id',
  scores: 'learner_id',
} as const

const tables = Object.entries(personal)
  .map(
    ([table, column]) =>
      `'${table}', (SELECT coalesce(json_agg(t), '[]') FROM ${table} t WHERE t.${column} = $1)`,
  )
  .join(', ')

const everything = `SELECT json_build_object(${tables}) AS everything`

/** Every row about a learner, by table. Who follows them is told by the followers, not here. */
export async function everythingOf(sql: Sql, learnerId: string): Promise<Record<string, unknown>> {
  const { rows } = await sql.query(everything, [learnerId])
  const [row] = rows as { everything: Record<string, unknown> }[]
  return row?.everything ?? {}
}
