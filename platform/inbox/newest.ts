import type { Event } from '@puchi/schema/events/envelope'
import type { Sql } from '../database/transaction.ts'

// The row stays locked until the transaction ends: two events about the same are decided one after the other.
const advance = `INSERT INTO newest_versions AS known (state, aggregate_id, version, tombstone)
  VALUES ($1, $2, $3::bigint, $4::boolean)
  ON CONFLICT (state, aggregate_id) DO UPDATE SET version = EXCLUDED.version, tombstone = EXCLUDED.tombstone
  WHERE NOT known.tombstone AND (EXCLUDED.tombstone OR known.version < EXCLUDED.version)
  RETURNING 1`

type Newest = {
  /** Names what the events carry, `auth.user`: events of one state are compared with each other alone. */
  state: string
  /** True for the end of the aggregate: whatever comes later is void, and so is what came before. */
  tombstone?: boolean
}

/**
 * Whether an event that carries a state is newer than all that was applied of its aggregate; if so, it now is the
 * newest. Call it first in the effect's transaction, and do nothing where it says false.
 */
export async function isNewest(
  sql: Sql,
  { aggregate }: Pick<Event, 'aggregate'>,
  { state, tombstone = false }: Newest,
): Promise<boolean> {
  const { rows } = await sql.query(advance, [state, aggregate.id, String(aggregate.version), tombstone])
  return rows.length > 0
}
