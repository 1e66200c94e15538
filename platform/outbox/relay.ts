import pg from 'pg'
import type { Broker } from '../broker.ts'
import { deleteInSteps } from '../database/delete-in-steps.ts'
import { surviveLostConnections } from '../database/pool.ts'
import { closeAll } from '../lifecycle.ts'
import type { Log } from '../log.ts'
import { repeat } from '../repeat.ts'
import type { Telemetry } from '../telemetry.ts'
import { tellOfTries } from '../tries.ts'
import { claim, commitPublished, type OutboxRow } from './claim.ts'
import { createHolds } from './holds.ts'
import { measureDepth, outboxMetrics } from './metrics.ts'
import { publishInOrder } from './publish.ts'
import { createSignal, listenToOutbox } from './wake.ts'

export type RelayOptions = {
  /** The service's database. */
  url: string
  broker: Broker
  log: Log
  telemetry: Telemetry
}

/** Carries the outbox to the broker until it is closed. `close` lets the batches under way finish. */
export type Relay = { close(): Promise<void> }

/** How many batches may be under way at once, each on a connection of its own. */
const lanes = 3
const pollEvery = 1_000
const retryAfter = 250

const forgetPublished = `DELETE FROM outbox WHERE position IN (
  SELECT position FROM outbox WHERE published_at < now() - interval '1 day' LIMIT $1 FOR UPDATE SKIP LOCKED)
  RETURNING 1`

/**
 * Begins to publish what the outbox of a database holds, oldest first within an aggregate; never gives up on a row.
 * Several relays may work on one database. An event may be published twice, after a crash, and is never lost.
 */
export function createRelay({ url, broker, log, telemetry }: RelayOptions): Relay {
  const pool = new pg.Pool(relayPool(url))
  surviveLostConnections(pool, log)
  const metrics = outboxMetrics(telemetry)
  const signal = createSignal()
  const round = createRound({ pool, broker, log, metrics })
  const tries = tellOfTries(
    log,
    'the outbox cannot be read or marked; trying again',
    'the outbox is read again',
  )
  let closing = false

  async function attempt(): ReturnType<typeof round> {
    if (broker.away()) return 'retry'
    try {
      const next = await round()
      tries.worked()
      return next
    } catch (error) {
      tries.failed(error)
      return 'retry'
    }
  }
  async function lane(): Promise<void> {
    while (!closing) {
      const seen = signal.count()
      const next = await attempt()
      if (next === 'idle') await signal.after(seen, pollEvery)
      if (next === 'retry') await signal.after(signal.count(), retryAfter)
    }
  }
  const running = Array.from({ length: lanes }, lane)
  const listening = listenToOutbox(url, signal.give, log)
  const measuring = repeat(() => measureDepth(pool, metrics), 2_000, log)
  const forgetting = repeat(() => deleteInSteps((most) => pool.query(forgetPublished, [most])), 60_000, log)
  return {
    async close() {
      closing = true
      signal.giveAll()
      await closeAll(
        () => Promise.all(running),
        listening.close,
        measuring.close,
        forgetting.close,
        () => pool.end(),
      )
    },
  }
}

const relayPool = (connectionString: string): pg.PoolConfig => ({
  connectionString,
  // One looks after the outbox beside them.
  max: lanes + 1,
  // Nobody waits for it: a process that is busy with its start, or has little of a machine, is given the time.
  connectionTimeoutMillis: 10_000,
  statement_timeout: 10_000,
  query_timeout: 12_000,
  // Longer than a batch waits for the broker.
  idle_in_transaction_session_timeout: 30_000,
  keepAlive: true,
})

// A mark lost in a crash of the server is a second delivery, which the inbox forgives; not waiting is worth more.
const begin = 'BEGIN; SET LOCAL synchronous_commit = off'

type RoundOptions = Pick<RelayOptions, 'broker' | 'log'> & {
  pool: pg.Pool
  metrics: ReturnType<typeof outboxMetrics>
}

/** One batch: claim, publish, mark. What there is to do next: more at once, wait for news, or try again soon. */
function createRound({ pool, broker, log, metrics }: RoundOptions): () => Promise<'more' | 'idle' | 'retry'> {
  const holds = createHolds()

  async function carry(rows: OutboxRow[]): Promise<OutboxRow[]> {
    const published: OutboxRow[] = []
    await publishInOrder(broker, rows, {
      published(row) {
        published.push(row)
        holds.free(row.aggregate_id)
        metrics.published.inc({ key: row.key })
      },
      refused(row, error, unroutable) {
        holds.hold(row.aggregate_id)
        if (unroutable) metrics.unroutable.inc({ key: row.key })
        log.error({ err: error, event: row.id, key: row.key }, 'an event could not be published; it stays')
      },
    })
    return published
  }

  return async () => {
    const client = await pool.connect()
    let failure: Error | undefined
    try {
      await client.query(begin)
      const { rows, isFull } = await claim(client, holds.held())
      const published = rows.length > 0 ? await carry(rows) : []
      await commitPublished(client, published)
      if (published.length < rows.length) return 'retry'
      // What came meanwhile, into these buckets too, gave a signal that this lane has not seen.
      return isFull ? 'more' : 'idle'
    } catch (error) {
      failure = error as Error
      throw error
    } finally {
      // After a failure the transaction's state is unknown: the connection goes, and its locks with it.
      client.release(failure)
    }
  }
}
