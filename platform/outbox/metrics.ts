import type { Sql } from '../database/transaction.ts'
import type { Telemetry } from '../telemetry.ts'
import { buckets } from './store.ts'

export type OutboxMetrics = ReturnType<typeof outboxMetrics>

export function outboxMetrics(telemetry: Telemetry) {
  return {
    pending: telemetry.gauge('outbox_pending', 'Events not published yet, counted up to 100,000.'),
    oldest: telemetry.gauge('outbox_oldest_seconds', 'Age of the oldest event that is not published yet.'),
    published: telemetry.counter('outbox_published_total', 'Events that the broker confirmed.', ['key']),
    unroutable: telemetry.counter('outbox_unroutable_total', 'Publishes that reached no queue.', ['key']),
  }
}

// Counting and age both stay cheap however long the outbox grows: a bounded count, and the first row of each bucket.
const depth = `SELECT
  (SELECT count(*)::int FROM (SELECT FROM outbox WHERE published_at IS NULL LIMIT 100000) AS waiting) AS pending,
  (SELECT coalesce(extract(epoch FROM now() - min(first.created_at)), 0)::float8
    FROM generate_series(0, ${buckets - 1}) AS part(bucket), LATERAL (
      SELECT created_at FROM outbox o WHERE o.published_at IS NULL AND o.bucket = part.bucket::smallint
      ORDER BY position LIMIT 1) AS first) AS oldest`

export async function measureDepth(sql: Sql, { pending, oldest }: OutboxMetrics): Promise<void> {
  const [row] = (await sql.query(depth, [])).rows as { pending: number; oldest: number }[]
  pending.set(row?.pending ?? 0)
  oldest.set(row?.oldest ?? 0)
}
