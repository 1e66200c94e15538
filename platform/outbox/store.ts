import { randomUUID } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { encode, type NewEvent } from '@puchi/schema/events/envelope'
import type { Sql } from '../database/transaction.ts'
import { requestScope } from '../log.ts'

/** How many parts the outbox is shared out in; an aggregate is always in the same one. */
export const buckets = 64

const bucketOf = (aggregateId: string): number => crc32(aggregateId) % buckets

// The row of an aggregate stays locked until the transaction ends: versions are given out in the order of commits.
const raise = `INSERT INTO aggregates (id, version)
  SELECT id, count FROM json_to_recordset($1::json) AS given(id text, count bigint) ORDER BY id
  ON CONFLICT (id) DO UPDATE SET version = aggregates.version + EXCLUDED.version
  RETURNING id, version::text AS version`

const keep = `WITH kept AS (
    INSERT INTO outbox (id, key, aggregate_id, aggregate_version, bucket, envelope)
    SELECT id, key, aggregate_id, aggregate_version, bucket, envelope FROM json_to_recordset($1::json)
      AS given(id uuid, key text, aggregate_id text, aggregate_version bigint, bucket smallint, envelope text))
  SELECT pg_notify('outbox', '')::text`

/**
 * Keeps what happened, in order, in the transaction that changes the state. Throws ContractBroken, and with it undoes
 * the transaction, where data breaks its contract. `actor` is the id of the user who did it, null for the system.
 */
export async function storeEvents(
  sql: Sql,
  happened: readonly NewEvent[],
  actor: string | null,
): Promise<void> {
  if (happened.length === 0) return
  const next = await versionsFor(sql, happened)
  const about = {
    occurredAt: new Date().toISOString(),
    correlationId: requestScope.getStore()?.requestId ?? randomUUID(),
    actor,
  }
  const rows = happened.map(({ kind, aggregateId, data }) => {
    const id = randomUUID()
    const version = next(aggregateId)
    return {
      id,
      key: kind.key,
      aggregate_id: aggregateId,
      aggregate_version: version,
      bucket: bucketOf(aggregateId),
      envelope: encode(kind, { ...about, id, aggregate: { id: aggregateId, version } }, data),
    }
  })
  await sql.query(keep, [JSON.stringify(rows)])
}

/** Gives out the next version of each aggregate, call by call. */
async function versionsFor(
  sql: Sql,
  happened: readonly NewEvent[],
): Promise<(aggregateId: string) => number> {
  const counts = Map.groupBy(happened, ({ aggregateId }) => aggregateId)
  const given = Array.from(counts, ([id, { length }]) => ({ id, count: length }))
  const { rows } = await sql.query(raise, [JSON.stringify(given)])
  const last = new Map(
    (rows as { id: string; version: string }[]).map(({ id, version }) => [
      id,
      Number(version) - (counts.get(id)?.length ?? 0),
    ]),
  )
  return (id) => {
    const version = (last.get(id) ?? 0) + 1
    last.set(id, version)
    return version
  }
}
