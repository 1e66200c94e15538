import type { ServiceOnBroker } from '../../platform/broker/definitions.ts'
import { usualDelays } from '../../platform/broker/ladder.ts'

/** Every service on the broker, its user and what it may say. A new one is added here and in nothing else of RabbitMQ's. */
export const services: readonly ServiceOnBroker[] = [
  {
    service: 'auth',
    user: 'auth-svc',
    writes: ['auth', 'access'],
    consumes: ['access.denied'],
    retryDelays: usualDelays,
  },
  {
    service: 'user',
    user: 'user-svc',
    writes: ['user'],
    consumes: ['auth.user.created', 'auth.user.updated', 'auth.user.deleted', 'auth.user.suspended'],
    retryDelays: usualDelays,
  },
  { service: 'router', user: 'router', writes: [], reads: ['auth'], consumes: [], retryDelays: usualDelays },
]
