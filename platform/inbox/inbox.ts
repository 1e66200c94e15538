import { setTimeout as pause } from 'node:timers/promises'
import { ContractBroken, decode, type Event } from '@puchi/schema/events/envelope'
import { inBatches } from '../batches.ts'
import { type Broker, type Delivery, Rejected, type Subscription } from '../broker.ts'
import { deleteInSteps } from '../database/delete-in-steps.ts'
import type { Transact } from '../database/transaction.ts'
import { closeAll } from '../lifecycle.ts'
import type { Log } from '../log.ts'
import { repeat } from '../repeat.ts'
import type { Telemetry } from '../telemetry.ts'
import { type Applied, applyOnce, type Handler } from './apply.ts'
import { inboxMetrics } from './metrics.ts'

export type InboxOptions<Tx> = {
  /** Whose durable queue is read. */
  service: string
  broker: Broker
  transact: Transact<Tx>
  handlers: readonly Handler<Tx>[]
  log: Log
  telemetry: Telemetry
}

const mostInBatch = 20

// A month: longer than any redelivery and than dead letters wait for somebody to replay them.
const forgetApplied = `DELETE FROM inbox WHERE id IN (
  SELECT id FROM inbox WHERE applied_at < now() - interval '30 days' LIMIT $1) RETURNING 1`

/**
 * Begins to apply a service's events, each exactly once: its id is remembered in the transaction of its effects.
 * A message that breaks its contract, or that no handler is for, is dead-lettered; a handler's throw is retried by
 * the broker. While the database is away deliveries wait, and none of their attempts is used up.
 */
export async function createInbox<Tx>(options: InboxOptions<Tx>): Promise<Subscription> {
  const { service, broker, transact, log, telemetry } = options
  const handlers = new Map(options.handlers.map((handler) => [handler.key, handler]))
  const metrics = inboxMetrics(telemetry)
  const closing = new AbortController()

  const apply = async (events: readonly Event[]) => count(await applyOnce({ transact, handlers }, events))
  const settle = patiently(apply, transact, closing.signal)
  const enqueue = inBatches(async (events: Event[]) => {
    await apply(events)
  }, mostInBatch)

  function count({ applied, duplicates }: Applied): void {
    for (const { type } of duplicates) metrics.duplicates.inc({ key: type })
    for (const { type, occurredAt } of applied) {
      metrics.applied.inc({ key: type })
      metrics.lag.observe({ key: type }, Math.max(0, Date.now() - Date.parse(occurredAt)) / 1_000)
    }
  }

  const subscription = await broker.consume(service, async (delivery) => {
    const event = readable(delivery, handlers)
    // A batch fails as a whole: then each event is tried alone, so that one that cannot be applied harms no other.
    await enqueue(event).catch(() => settle(event))
  })
  const forgetting = repeat(
    () => deleteInSteps((most) => transact((_, sql) => sql.query(forgetApplied, [most]))),
    3_600_000,
    log,
  )
  return {
    close() {
      closing.abort()
      return closeAll(subscription.close, forgetting.close)
    },
  }
}

/** The event of a delivery. Throws Rejected where there is none to apply, now or ever. */
function readable(delivery: Delivery, handlers: ReadonlyMap<string, unknown>): Event {
  try {
    const event = decode(delivery.body)
    if (event.type !== delivery.key) throw new Rejected(`type: is not the routing key ${delivery.key}`)
    if (!handlers.has(event.type)) throw new Rejected(`${event.type}: nothing here handles it`)
    return event
  } catch (error) {
    throw error instanceof ContractBroken ? new Rejected(error.message, { cause: error }) : error
  }
}

/** Applies one event alone. What a handler throws is thrown; while the database does not answer it is tried again. */
function patiently<Tx>(
  apply: (events: readonly Event[]) => Promise<void>,
  transact: Transact<Tx>,
  closing: AbortSignal,
): (event: Event) => Promise<void> {
  const answers = () =>
    transact((_, sql) => sql.query('SELECT 1', [])).then(
      () => true,
      () => false,
    )
  return async (event) => {
    for (;;) {
      try {
        return await apply([event])
      } catch (error) {
        if (closing.aborted || (await answers())) throw error
        await pause(250, undefined, { signal: closing }).catch(() => {})
      }
    }
  }
}
