import type { Delivery, Subscription } from '../../broker.ts'
import type { Log } from '../../log.ts'
import { createUnderway } from '../../underway.ts'
import { verdictOn } from '../ladder.ts'
import { prefetch } from '../limits.ts'
import type { BrokerMetrics } from '../metrics.ts'
import { deadQueue, workQueue } from '../topology.ts'
import type { Entry } from './journal.ts'
import type { Queue } from './queue.ts'

export type WorkerOptions = {
  service: string
  queue: Queue
  retryDelays: readonly number[]
  handle: (delivery: Delivery) => Promise<void>
  metrics: BrokerMetrics
  log: Log
}

/** Feeds a queue to a handler, at most 20 entries at a time, oldest first. */
export type Worker = Subscription & {
  /** There may be something to take. */
  wake(): void
}

export function createWorker({ service, queue, retryDelays, handle, metrics, log }: WorkerOptions): Worker {
  const underway = createUnderway()
  let closing = false
  const measure = () => {
    metrics.depth.set({ queue: workQueue(service) }, queue.size())
    metrics.depth.set({ queue: deadQueue(service) }, queue.dead().length)
  }

  async function settle(entry: Entry): Promise<void> {
    try {
      await handle(deliveryOf(entry))
    } catch (error) {
      return putAside(entry, error)
    }
    await queue.done(entry)
    metrics.consumed.inc({ result: 'acked' })
  }

  async function putAside(entry: Entry, error: unknown): Promise<void> {
    const verdict = verdictOn(error, entry.attempt, retryDelays)
    const about = { err: error, event: entry.id, key: entry.key, attempt: entry.attempt }
    if (verdict.fate === 'retry') {
      await queue.retryLater(entry, verdict.delay)
      metrics.consumed.inc({ result: 'retried' })
      return log.warn({ ...about, delay: verdict.delay }, 'a message will be tried again')
    }
    await queue.bury(entry, verdict.reason)
    metrics.consumed.inc({ result: 'dead' })
    metrics.deadLetters.inc()
    log.error(about, 'a message is a dead letter')
  }

  function wake(): void {
    measure()
    while (!closing && underway.size() < prefetch) {
      const entry = queue.take()
      if (!entry) return
      // What cannot be written down (a full disk) is in the file as it was: the next start delivers it again.
      const work = settle(entry).catch((error: unknown) => log.error({ err: error }, 'not settled'))
      underway.keep(work).then(wake)
    }
  }
  // Whoever begins to consume has not returned yet.
  queueMicrotask(wake)
  return {
    wake,
    async close() {
      closing = true
      await underway.settled()
    },
  }
}

const deliveryOf = ({ id, key, body, attempt }: Entry): Delivery => ({
  id,
  key,
  body: Buffer.from(body, 'base64'),
  attempt,
})
