import type { ServiceOnBroker } from '../../platform/broker/definitions.ts'
import { usualDelays } from '../../platform/broker/ladder.ts'
import { keysReadBy } from '../../schema/events.ts'

/** Every service on the broker, its user and what it may say. A new one is added here and in nothing else of RabbitMQ's. */
export const services: readonly ServiceOnBroker[] = [
  {
    service: 'auth',
    user: 'auth-svc',
    writes: ['auth'],
    consumes: keysReadBy('auth'),
    retryDelays: usualDelays,
  },
  {
    service: 'user',
    user: 'user-svc',
    writes: ['user'],
    consumes: keysReadBy('user'),
    retryDelays: usualDelays,
  },
  {
    service: 'router',
    user: 'router',
    writes: ['access'],
    reads: ['auth'],
    consumes: [],
    retryDelays: usualDelays,
  },
]
