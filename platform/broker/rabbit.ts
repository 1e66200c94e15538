import type { Broker, Message, Subscription } from '../broker.ts'
import { closeAll } from '../lifecycle.ts'
import type { Log } from '../log.ts'
import type { Telemetry } from '../telemetry.ts'
import { within } from '../within.ts'
import { openConnections } from './connections.ts'
import { consumeQueue } from './consumer.ts'
import { usualDelays } from './ladder.ts'
import { createLetters } from './letters.ts'
import { refuseLarge } from './limits.ts'
import { listenTo } from './listener.ts'
import { brokerMetrics, countPublished } from './metrics.ts'
import { createPublisher, type Publisher } from './publisher.ts'
import { eventsExchange, topologyOf } from './topology.ts'
import { keepTopology } from './upkeep.ts'

export type RabbitOptions = {
  /** `amqp://user:password@host:5672/vhost`, or `amqps:`. */
  url: string
  service: string
  /** Routing keys that the service's durable queue takes; none: it has no queue and cannot `consume`. */
  consumes: readonly string[]
  /** Routing keys that no service's queue takes: for whoever listens, and never Unroutable. */
  unclaimed?: readonly string[]
  log: Log
  telemetry: Telemetry
  /** Milliseconds before each further attempt: 1, 10, 60 and 300 s. */
  retryDelays?: readonly number[]
  /** Seconds between heartbeats: 5. */
  heartbeat?: number
  /** Milliseconds that a step of opening may take before all is begun anew: 15 s. */
  deadline?: number
  /** Milliseconds between two looks after exchange, queues and bindings: 1 s. */
  upkeep?: number
  /** Milliseconds to wait for RabbitMQ before beginning without it: 3 s. */
  firstWait?: number
}

const usual = {
  retryDelays: usualDelays,
  heartbeat: 5,
  deadline: 15_000,
  upkeep: 1_000,
  firstWait: 3_000,
}

/** The broker on RabbitMQ. Resolves when it stands, or after `firstWait` without it: then it connects when it can. */
export async function createRabbitBroker(options: RabbitOptions): Promise<Broker> {
  const settings = { ...usual, ...options }
  const { service, consumes, unclaimed = [], log } = settings
  const metrics = brokerMetrics(settings.telemetry)
  const topology = topologyOf(settings)
  const { incoming, outgoing, firstUp } = await openConnections({ ...settings, metrics })
  const publisher = await createPublisher(outgoing, topology)
  const parts = { ...settings, topology, metrics, publisher, connection: incoming }
  if (consumes.length > 0) await keepTopology(incoming, parts)
  await within(settings.firstWait, 'connecting', firstUp).catch(({ message }: Error) =>
    log.warn({ why: message }, 'the broker is away; beginning without it'),
  )
  const subscriptions: Subscription[] = []
  return {
    away: () => !publisher.ready(),
    publish: (message) => countPublished(metrics, publish(publisher, message, unclaimed)),
    async consume(whose, handle) {
      if (whose !== service || consumes.length === 0) throw new Error(`${service} has no queue of ${whose}`)
      const subscription = await consumeQueue(parts, handle)
      subscriptions.push(subscription)
      return subscription
    },
    listen: (keys, handle, begun) => listenTo(parts, keys, handle, begun),
    ...createLetters(parts),
    close: () => closeAll(...subscriptions.map(({ close }) => close), incoming.close, outgoing.close),
  }
}

async function publish(publisher: Publisher, message: Message, unclaimed: readonly string[]): Promise<void> {
  refuseLarge(message)
  await publisher.send({ ...message, exchange: eventsExchange, mandatory: !unclaimed.includes(message.key) })
}
