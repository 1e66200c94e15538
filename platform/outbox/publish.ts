import { setTimeout as pause } from 'node:timers/promises'
import { type Broker, Unroutable } from '../broker.ts'
import type { OutboxRow } from './claim.ts'

export type Outcome = {
  published(row: OutboxRow): void
  /** The broker is there but does not take this one. */
  refused(row: OutboxRow, error: unknown, unroutable: boolean): void
}

const patience = 15_000

/**
 * Publishes rows, those of one aggregate one after the other, those of different ones at the same time. An aggregate
 * stops at its first failure. Resolves when all is settled, after 15 s at the latest; what is confirmed later than
 * that counts as not published.
 */
export async function publishInOrder(
  broker: Broker,
  rows: readonly OutboxRow[],
  outcome: Outcome,
): Promise<void> {
  const late = new AbortController()
  const publishAll = async (inOrder: OutboxRow[]): Promise<void> => {
    for (const row of inOrder) {
      if (late.signal.aborted || broker.away()) return
      try {
        await broker.publish({ id: row.id, key: row.key, body: Buffer.from(row.envelope) })
      } catch (error) {
        if (!late.signal.aborted && !broker.away()) outcome.refused(row, error, error instanceof Unroutable)
        return
      }
      if (late.signal.aborted) return
      outcome.published(row)
    }
  }
  const chains = Map.groupBy(rows, ({ aggregate_id }) => aggregate_id)
  const settled = Promise.all(Array.from(chains.values(), publishAll))
  const timer = new AbortController()
  await Promise.race([settled, pause(patience, undefined, { signal: timer.signal }).catch(() => {})])
  timer.abort()
  late.abort()
}
