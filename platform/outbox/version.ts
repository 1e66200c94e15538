import type { Sql } from '../database/transaction.ts'

/** The version that an aggregate's last event brought it to; 0 before the first. */
export async function versionOf(sql: Sql, aggregateId: string): Promise<number> {
  const { rows } = await sql.query('SELECT version::text FROM aggregates WHERE id = $1', [aggregateId])
  return Number((rows as { version: string }[])[0]?.version ?? 0)
}
