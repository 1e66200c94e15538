import { z } from 'zod'
import type { Broker } from '../broker.ts'
import type { RabbitOptions } from './rabbit.ts'

/** What a service asks of a broker: who it is, what it takes, where to count. */
export type BrokerOptions = Pick<
  RabbitOptions,
  'url' | 'service' | 'consumes' | 'unclaimed' | 'log' | 'telemetry'
>

/** How a service comes by its broker: RabbitMQ, or in one process with its siblings a broker they share. */
export type Connect = (options: BrokerOptions) => Promise<Broker>

/** Connects to RabbitMQ; whoever has no broker to ask need not load its client. */
export const toRabbit: Connect = async (options) => {
  const { createRabbitBroker } = await import('./rabbit.ts')
  // A service is there within two seconds of its start, whether the broker is or not.
  return createRabbitBroker({ ...options, firstWait: 300 })
}

export const brokerSettings = {
  RABBITMQ_URL: z.url({ protocol: /^amqps?$/, error: 'must be an amqp:// URL' }),
}
