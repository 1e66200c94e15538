import type { Channel } from 'amqplib'

/** The topic exchange that every event goes through. */
export const eventsExchange = 'puchi.events'

/** The broker's own limit of redeliveries, far above ours: only what kills its consumer every time reaches it. */
export const deliveryLimit = 50

// Reading dead letters counts as a delivery; without this, RabbitMQ 4 drops one after being read 20 times.
const endless = 1_000_000_000

export type Declared = { name: string; arguments: Record<string, string | number> }
export type Binding = { queue: string; exchange: string; key: string }

/** What one service has on the broker. */
export type Topology = {
  exchanges: { name: string; type: 'topic' | 'direct' }[]
  queues: Declared[]
  bindings: Binding[]
}

export type TopologyOptions = {
  service: string
  /** Routing keys that the service's durable queue takes. None: the service has no queue. */
  consumes: readonly string[]
  retryDelays: readonly number[]
}

/** Of a service: its queue, and the direct exchange of the same name that only the service itself may publish to. */
export const workQueue = (service: string): string => `puchi.${service}`
export const deadQueue = (service: string): string => `puchi.${service}.dead`
export const retryQueue = (service: string, delay: number): string => `puchi.${service}.retry.${delay}`

/** The start of the names of queues that live as long as a process. */
export const liveQueue = (service: string): string => `puchi.${service}.live.`

/**
 * The one declaration of exchanges, queues and bindings; the broker module asserts it and the definitions file is made
 * from it. A service moves its messages (retry, dead letter, replay) through an exchange of its own and not through
 * the default one: who may write to that may put anything into anybody's queue, past all topic permissions.
 */
export function topologyOf({ service, consumes, retryDelays }: TopologyOptions): Topology {
  const exchanges: Topology['exchanges'] = [{ name: eventsExchange, type: 'topic' }]
  if (consumes.length === 0) return { exchanges, queues: [], bindings: [] }
  const own = workQueue(service)
  exchanges.push({ name: own, type: 'direct' })
  const retries = retryDelays.map((delay) => ({
    name: retryQueue(service, delay),
    arguments: { ...quorum, ...deadLettersTo(own, own), 'x-message-ttl': delay },
  }))
  const queues = [
    { name: own, arguments: { ...quorum, ...deadLettersTo(own, deadQueue(service)) } },
    { name: deadQueue(service), arguments: { ...quorum, 'x-delivery-limit': endless } },
    ...retries,
  ]
  const events = consumes.map((key) => ({ queue: own, exchange: eventsExchange, key }))
  return { exchanges, queues, bindings: [...events, ...queues.map(({ name }) => inOwn(own, name))] }
}

const quorum = { 'x-queue-type': 'quorum' }

const inOwn = (own: string, queue: string): Binding => ({ queue, exchange: own, key: queue })

// At least once: the broker forgets a message here only when it is confirmed there. It demands reject-publish.
const deadLettersTo = (exchange: string, key: string) => ({
  'x-dead-letter-exchange': exchange,
  'x-dead-letter-routing-key': key,
  'x-dead-letter-strategy': 'at-least-once',
  'x-overflow': 'reject-publish',
})

/** Makes what is missing; answers how many messages lie in each queue. */
export async function declare(channel: Channel, topology: Topology): Promise<Map<string, number>> {
  for (const { name, type } of topology.exchanges) await channel.assertExchange(name, type, { durable: true })
  const depths = new Map<string, number>()
  for (const { name, arguments: args } of topology.queues) {
    const { messageCount } = await channel.assertQueue(name, { durable: true, arguments: args })
    depths.set(name, messageCount)
  }
  for (const { queue, exchange, key } of topology.bindings) await channel.bindQueue(queue, exchange, key)
  return depths
}

/** Whether a topic pattern (`*` one word, `#` any number of them) takes a routing key. */
export const takes = (pattern: string, key: string): boolean => fits(pattern.split('.'), key.split('.'))

function fits([word, ...pattern]: string[], key: string[]): boolean {
  if (word === undefined) return key.length === 0
  if (word === '#') return [...key, ''].some((_, i) => fits(pattern, key.slice(i)))
  return key.length > 0 && (word === '*' || word === key[0]) && fits(pattern, key.slice(1))
}
