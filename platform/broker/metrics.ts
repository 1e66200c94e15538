import { Unroutable } from '../broker.ts'
import type { Telemetry } from '../telemetry.ts'

export type BrokerMetrics = ReturnType<typeof brokerMetrics>

/** What is counted of a service's broker, the same for both kinds. */
export const brokerMetrics = (telemetry: Telemetry) => ({
  published: telemetry.counter('broker_publish_total', 'Messages published, by what became of them.', [
    'result',
  ]),
  consumed: telemetry.counter('broker_consumed_total', 'Deliveries handled, by what became of them.', [
    'result',
  ]),
  deadLetters: telemetry.counter('broker_dead_letters_total', 'Messages put among the dead letters.'),
  reconnects: telemetry.counter('broker_reconnects_total', 'Connections to the broker made again.'),
  connected: telemetry.gauge('broker_connected', '1 while messages can reach the broker, else 0.'),
  blocked: telemetry.gauge(
    'broker_blocked',
    '1 while the broker takes no messages for want of disk or memory.',
  ),
  depth: telemetry.gauge('broker_queue_messages', 'Messages that lie in a queue of this service.', ['queue']),
})

/** Counts how a publish ends: confirmed, returned because no queue takes it, or failed. */
export async function countPublished({ published }: BrokerMetrics, publishing: Promise<void>): Promise<void> {
  try {
    await publishing
    published.inc({ result: 'confirmed' })
  } catch (error) {
    published.inc({ result: error instanceof Unroutable ? 'returned' : 'failed' })
    throw error
  }
}
