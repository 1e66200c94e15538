import type { Sql } from '@puchi/platform/database/transaction'
import { Refusal } from '@puchi/platform/errors'

// A tombstone of auth's user (events/account.ts) blocks an id for good.
const dead = "SELECT FROM newest_versions WHERE state = 'auth.user' AND aggregate_id = $1 AND tombstone"

// Whoever welcomes an id and whoever erases it take turns: neither can miss what the other is about to commit.
const turn = 'SELECT pg_advisory_xact_lock(hashtextextended($1, 0))::text'

/** Waits until nobody else welcomes or erases this id, and keeps them waiting until the transaction ends. */
export async function takeTurn(sql: Sql, id: string): Promise<void> {
  await sql.query(turn, [id])
}

export const accountDeleted = () => new Refusal('UNAUTHENTICATED', 'That account was deleted.')

/** Deleted stays deleted: refuses an id whose account is gone, whatever token still names it. */
export async function mustNotBeDeleted(sql: Sql, id: string): Promise<void> {
  await takeTurn(sql, id)
  const { rows } = await sql.query(dead, [id])
  if (rows.length > 0) throw accountDeleted()
}
