import { setTimeout as pause } from 'node:timers/promises'
import type { Delivery } from '../broker.ts'
import type { Log } from '../log.ts'
import { type Verdict, verdictOn } from './ladder.ts'
import type { Outgoing, Publisher } from './publisher.ts'
import { deadQueue, retryQueue, workQueue } from './topology.ts'
import { headersOf } from './wire.ts'

export type ParkOptions = {
  service: string
  retryDelays: readonly number[]
  publisher: Publisher
  log: Log
}

const againAfter = 250

/**
 * Puts a delivery whose handler threw where it belongs, a retry queue or the dead letters, and resolves once the broker
 * has confirmed it there: only then may it be acknowledged here. Tries for as long as `mayTry` says; after that the
 * delivery is left to the broker, which delivers it again as the same attempt. Giving it back at once instead would
 * turn a broker without disk into a hot loop.
 */
export async function park(
  options: ParkOptions,
  { delivery, error }: { delivery: Delivery; error: unknown },
  mayTry: () => boolean,
): Promise<'retried' | 'dead' | 'left'> {
  const { service, retryDelays, publisher, log } = options
  const verdict = verdictOn(error, delivery.attempt, retryDelays)
  const about = { err: error, event: delivery.id, key: delivery.key, attempt: delivery.attempt }
  while (mayTry()) {
    try {
      await publisher.send(parcelOf(service, delivery, verdict))
      if (verdict.fate === 'dead') log.error(about, 'a message is a dead letter')
      else log.warn({ ...about, delay: verdict.delay }, 'a message will be tried again')
      return verdict.fate === 'dead' ? 'dead' : 'retried'
    } catch (failure) {
      log.warn({ err: failure, event: delivery.id }, 'a message waits to be put aside')
      await pause(againAfter)
    }
  }
  return 'left'
}

function parcelOf(service: string, delivery: Delivery, verdict: Verdict): Outgoing {
  const { id, body, attempt } = delivery
  const parcel = { id, body, exchange: workQueue(service), mandatory: true }
  if (verdict.fate === 'retry') {
    const headers = headersOf(delivery, { attempt: attempt + 1 })
    return { ...parcel, key: retryQueue(service, verdict.delay), headers }
  }
  const notes = { attempt, reason: verdict.reason, diedAt: new Date().toISOString() }
  return { ...parcel, key: deadQueue(service), headers: headersOf(delivery, notes) }
}
