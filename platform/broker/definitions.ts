import {
  deliveryLimit,
  eventsExchange,
  liveQueue,
  type TopologyOptions,
  topologyOf,
  workQueue,
} from './topology.ts'

/** A service as RabbitMQ knows it. */
export type ServiceOnBroker = TopologyOptions & {
  /** The RabbitMQ user that it connects as. */
  user: string
  /** First words of the routing keys that it may publish; none: it only listens. */
  writes: readonly string[]
  /** First words of the routing keys that it may receive; absent: every one. */
  reads?: readonly string[]
}

export type DefinitionsOptions = {
  vhost: string
  admin: string
  services: readonly ServiceOnBroker[]
  /** What stands where a user's password belongs. */
  passwordOf: (user: string) => string
}

/** A definitions file for `load_definitions`: users with no more rights than they need, and what `topologyOf` declares. */
export function definitionsOf({ vhost, admin, services, passwordOf }: DefinitionsOptions) {
  const user = (name: string, tags: string) => ({ name, password: passwordOf(name), tags })
  const all = { user: admin, vhost, configure: '.*', write: '.*', read: '.*' }
  const topologies = services.map(topologyOf)
  return {
    vhosts: [{ name: vhost }],
    users: [user(admin, 'administrator'), ...services.map((service) => user(service.user, ''))],
    permissions: [all, ...services.map((service) => ({ user: service.user, vhost, ...rightsOf(service) }))],
    topic_permissions: services.map((service) => ({ user: service.user, vhost, ...topicsOf(service) })),
    policies: [policyOf(vhost)],
    exchanges: unique(topologies.flatMap(({ exchanges }) => exchanges)).map((one) => exchangeOf(vhost, one)),
    queues: topologies.flatMap(({ queues }) =>
      queues.map((queue) => ({ ...queue, vhost, durable: true, auto_delete: false })),
    ),
    bindings: topologies.flatMap(({ bindings }) => bindings.map((binding) => bindingOf(vhost, binding))),
  }
}

/** Its own exchange and queues; of the events' exchange a publisher may also make sure that it is there. */
function rightsOf({ service, consumes, writes }: ServiceOnBroker) {
  const own =
    consumes.length > 0 ? `${literal(workQueue(service))}(\\..*)?` : `${literal(liveQueue(service))}.*`
  const events = literal(eventsExchange)
  const ownAndEvents = `^(${own}|${events})$`
  const configure = writes.length > 0 ? ownAndEvents : `^${own}$`
  return { configure, write: configure, read: ownAndEvents }
}

const topicsOf = ({ writes, reads }: ServiceOnBroker) => ({
  exchange: eventsExchange,
  write: writes.length > 0 ? startingWith(writes) : '^$',
  read: reads ? startingWith(reads) : '.*',
})

const startingWith = (words: readonly string[]): string => `^(${words.map(literal).join('|')})\\.`

const literal = (text: string): string => text.replaceAll('.', '\\.')

// A policy and not an argument of the queue: it may be changed while the queue lives.
const policyOf = (vhost: string) => ({
  vhost,
  name: 'puchi-delivery-limit',
  pattern: '^puchi\\.[a-z]+$',
  'apply-to': 'queues',
  priority: 0,
  definition: { 'delivery-limit': deliveryLimit },
})

const exchangeOf = (vhost: string, { name, type }: { name: string; type: string }) => ({
  name,
  vhost,
  type,
  durable: true,
  auto_delete: false,
  internal: false,
  arguments: {},
})

const bindingOf = (vhost: string, binding: { exchange: string; queue: string; key: string }) => ({
  source: binding.exchange,
  vhost,
  destination: binding.queue,
  destination_type: 'queue',
  routing_key: binding.key,
  arguments: {},
})

const unique = <T extends { name: string }>(items: T[]): T[] =>
  Array.from(new Map(items.map((item) => [item.name, item])).values())
