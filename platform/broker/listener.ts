import { randomUUID } from 'node:crypto'
import type { ConsumeMessage } from 'amqplib'
import type { Message, Subscription } from '../broker.ts'
import type { Log } from '../log.ts'
import type { KeptConnection } from './connection.ts'
import { eventsExchange, liveQueue } from './topology.ts'
import { whileOpen } from './while-open.ts'
import { deliveryOf, isOversized } from './wire.ts'

export type ListenOptions = { service: string; connection: KeptConnection; upkeep: number; log: Log }

/** What a listener that cannot keep up may fall behind before it misses messages, oldest first. */
const mostBehind = 10_000

/** Feeds an exclusive queue, made anew with every connection, to a handler that is asked nothing back. */
export async function listenTo(
  { service, connection, upkeep, log }: ListenOptions,
  keys: readonly string[],
  handle: (message: Message) => void,
  begun: () => void = () => {},
): Promise<Subscription> {
  const tell = (raw: ConsumeMessage) => {
    const { attempt: _, ...message } = deliveryOf(raw)
    try {
      if (!isOversized(raw)) handle(message)
    } catch (error) {
      log.error({ err: error, event: message.id, key: message.key }, 'a listener failed')
    }
  }
  return connection.hold(async (channel) => {
    const queue = `${liveQueue(service)}${randomUUID()}`
    const args = { 'x-max-length': mostBehind }
    await channel.assertQueue(queue, { exclusive: true, autoDelete: true, durable: false, arguments: args })
    const bind = async () => {
      for (const key of keys) await channel.bindQueue(queue, eventsExchange, key)
    }
    await bind()
    whileOpen(channel, upkeep, bind)
    const onMessage = (raw: ConsumeMessage | null) => (raw ? tell(raw) : void channel.close().catch(() => {}))
    await channel.consume(queue, onMessage, { noAck: true, exclusive: true })
    begun()
  })
}
