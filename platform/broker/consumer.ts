import type { ConfirmChannel, ConsumeMessage } from 'amqplib'
import type { Delivery, Subscription } from '../broker.ts'
import { createUnderway } from '../underway.ts'
import { within } from '../within.ts'
import type { KeptConnection } from './connection.ts'
import { prefetch } from './limits.ts'
import type { BrokerMetrics } from './metrics.ts'
import { type ParkOptions, park } from './park.ts'
import { declare, type Topology, workQueue } from './topology.ts'
import { deliveryOf, isOversized } from './wire.ts'

export type ConsumerOptions = ParkOptions & {
  topology: Topology
  connection: KeptConnection
  metrics: BrokerMetrics
}

export type Handle = (delivery: Delivery) => Promise<void>

/** The channel that a delivery came by, the only one that can acknowledge it. */
type Source = { channel: ConfirmChannel; isOpen: boolean }

const cancelWithin = 2_000

/** Feeds a service's queue to a handler. A delivery is acknowledged when it is handled, or kept elsewhere by a confirm. */
export async function consumeQueue(options: ConsumerOptions, handle: Handle): Promise<Subscription> {
  const { service, topology, connection, log } = options
  const underway = createUnderway()
  let closing = false
  const settle = settler(options, handle, () => !closing)
  let stop = async () => {}

  function take(source: Source, raw: ConsumeMessage | null): void {
    // The queue was deleted and its consumers with it: a new channel makes it again.
    if (!raw) return void source.channel.close().catch(() => {})
    underway.keep(settle(source, raw).catch((error: unknown) => log.warn({ err: error }, 'not settled')))
  }

  const channel = await connection.hold(async (fresh) => {
    const source = sourceOf(fresh)
    await declare(fresh, topology)
    await fresh.prefetch(prefetch)
    const { consumerTag } = await fresh.consume(workQueue(service), (raw) => take(source, raw))
    stop = async () => {
      if (source.isOpen) await within(cancelWithin, 'cancelling', fresh.cancel(consumerTag)).catch(() => {})
    }
  })
  return {
    async close() {
      closing = true
      await stop()
      await underway.settled()
      await channel.close()
    },
  }
}

function sourceOf(channel: ConfirmChannel): Source {
  const source = { channel, isOpen: true }
  channel.once('close', () => {
    source.isOpen = false
  })
  return source
}

function settler(options: ConsumerOptions, handle: Handle, isOngoing: () => boolean) {
  const { metrics, log } = options
  const fateOf = async (delivery: Delivery, isOpen: () => boolean) => {
    try {
      await handle(delivery)
      return 'acked'
    } catch (error) {
      // Tried once even while closing.
      let tries = 0
      return park(options, { delivery, error }, () => isOpen() && (tries++ === 0 || isOngoing()))
    }
  }
  const count = (result: 'acked' | 'retried' | 'dead') => {
    metrics.consumed.inc({ result })
    if (result === 'dead') metrics.deadLetters.inc()
  }
  return async (source: Source, raw: ConsumeMessage): Promise<void> => {
    if (isOversized(raw)) {
      // The broker itself moves it: it passes through us only once, and its headers need not be written again.
      source.channel.reject(raw, false)
      log.error({ bytes: raw.content.length }, 'a message was too large and is a dead letter')
      return count('dead')
    }
    const fate = await fateOf(deliveryOf(raw), () => source.isOpen)
    if (fate === 'left' || !source.isOpen) return
    source.channel.ack(raw)
    count(fate)
  }
}
