import type { Broker, DeadLetter, Message } from '../../broker.ts'
import { closeAll } from '../../lifecycle.ts'
import type { Log } from '../../log.ts'
import type { Telemetry } from '../../telemetry.ts'
import { usualDelays } from '../ladder.ts'
import { BrokerAway, refuseLarge } from '../limits.ts'
import { brokerMetrics, countPublished } from '../metrics.ts'
import { workQueue } from '../topology.ts'
import type { EmbeddedHub } from './hub.ts'
import type { Entry } from './journal.ts'
import { createWorker, type Worker } from './worker.ts'

export type EmbeddedOptions = {
  hub: EmbeddedHub
  service: string
  /** Routing keys that the service's durable queue takes; none: it has no queue and cannot `consume`. */
  consumes: readonly string[]
  /** Routing keys that no service's queue takes: for whoever listens, and never Unroutable. */
  unclaimed?: readonly string[]
  log: Log
  telemetry: Telemetry
  retryDelays?: readonly number[]
}

/**
 * One service's view of the broker inside the process. It keeps the promises of `Broker`, over a kill and over a power
 * cut too: a message is confirmed when the file of every queue that takes it has it on the disk, and it leaves the file
 * after its handler is done. What only RabbitMQ gives: services in processes or on machines of their own, users with
 * rights, replicas of a queue, consumers that share one, and a broker that outlives the services. A full queue (10,000
 * messages) refuses more, and the outbox keeps them.
 */
export async function createEmbeddedBroker(options: EmbeddedOptions): Promise<Broker> {
  const { hub, service, consumes, unclaimed = [], log, retryDelays = usualDelays } = options
  const metrics = brokerMetrics(options.telemetry)
  const workers = new Set<Worker>()
  const wake = () => {
    for (const worker of workers) worker.wake()
  }
  const queue = consumes.length > 0 ? await hub.bind(service, consumes, wake) : undefined
  let isClosed = false
  metrics.connected.set(1)

  async function publish(message: Message): Promise<void> {
    refuseLarge(message)
    if (isClosed) throw new BrokerAway('the broker is closed')
    await hub.publish(message, unclaimed.includes(message.key))
  }

  return {
    away: () => isClosed,
    publish: (message) => countPublished(metrics, publish(message)),
    async consume(whose, handle) {
      if (whose !== service || !queue) throw new Error(`${service} has no queue of ${whose}`)
      const worker = createWorker({ service, queue, retryDelays, handle, metrics, log })
      workers.add(worker)
      return {
        async close() {
          workers.delete(worker)
          await worker.close()
        },
      }
    },
    async listen(keys, handle, begun) {
      const hear = (message: Message) => {
        try {
          handle(message)
        } catch (error) {
          log.error({ err: error, event: message.id, key: message.key }, 'a listener failed')
        }
      }
      const listening = hub.listen({ keys, hear })
      begun?.()
      return listening
    },
    dead: async (whose) =>
      hub
        .queue(whose)
        ?.dead()
        .map((entry) => letterOf(entry, whose)) ?? [],
    replay: async (whose, id) => (await hub.queue(whose)?.revive(id)) ?? false,
    async close() {
      isClosed = true
      metrics.connected.set(0)
      await closeAll(...Array.from(workers, (worker) => worker.close))
    },
  }
}

const letterOf = ({ id, key, body, attempt, died }: Entry, service: string): DeadLetter => ({
  id,
  key,
  body: Buffer.from(body, 'base64'),
  queue: workQueue(service),
  reason: died?.reason ?? '',
  attempt,
  diedAt: died?.at ?? '',
})
