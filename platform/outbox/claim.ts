import type pg from 'pg'
import { buckets } from './store.ts'

export type OutboxRow = { position: string; id: string; key: string; aggregate_id: string; envelope: string }

const lockClass = 7_001
const mostBuckets = 8
const mostRows = 32

// Random buckets, so that several relays share the work; OFFSET 0 keeps the lock out of the inner query.
const lock = `SELECT bucket FROM (
    SELECT part.bucket FROM generate_series(0, ${buckets - 1}) AS part(bucket)
    WHERE EXISTS (SELECT FROM outbox o
      WHERE o.published_at IS NULL AND o.bucket = part.bucket::smallint AND o.aggregate_id <> ALL($1::text[]))
    ORDER BY random() OFFSET 0) AS pending
  WHERE pg_try_advisory_xact_lock(${lockClass}, bucket) LIMIT ${mostBuckets}`

const read = `SELECT oldest.* FROM unnest($2::smallint[]) AS claimed(bucket), LATERAL (
    SELECT position, id, key, aggregate_id, envelope FROM outbox o
    WHERE o.published_at IS NULL AND o.bucket = claimed.bucket AND o.aggregate_id <> ALL($1::text[])
    ORDER BY position LIMIT ${mostRows}) AS oldest`

export type Claimed = {
  rows: OutboxRow[]
  /** There may be more that nobody has claimed. */
  isFull: boolean
}

/**
 * Claims buckets nobody else has, until the transaction ends, and answers their oldest pending rows in order, without
 * those of the held aggregates.
 */
export async function claim(client: pg.PoolClient, held: readonly string[]): Promise<Claimed> {
  const locked = await client.query<{ bucket: number }>({ name: 'outbox_lock', text: lock, values: [held] })
  if (locked.rows.length === 0) return { rows: [], isFull: false }
  // Read after the lock, in a statement of its own: a statement sees what was committed before it began.
  const values = [held, locked.rows.map(({ bucket }) => bucket)]
  const { rows } = await client.query<OutboxRow>({ name: 'outbox_read', text: read, values })
  return { rows, isFull: locked.rows.length === mostBuckets || rows.length >= mostRows }
}

/** Marks rows, whose positions came from the database, and commits: one trip for both. */
export const commitPublished = (client: pg.PoolClient, rows: readonly OutboxRow[]): Promise<unknown> =>
  client.query(`UPDATE outbox SET published_at = now()
    WHERE position = ANY('{${rows.map(({ position }) => position).join()}}'::bigint[]); COMMIT`)
