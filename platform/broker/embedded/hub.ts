import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { type Message, type Subscription, Unroutable } from '../../broker.ts'
import { takes } from '../topology.ts'
import { openQueue, type Queue } from './queue.ts'

export type Listener = { keys: readonly string[]; hear(message: Message): void }

/** What the services of one process share: their queues, and who listens. */
export type EmbeddedHub = {
  /** Opens a service's queue, or changes what it takes. `news` is called when there is something to take. */
  bind(service: string, keys: readonly string[], news: () => void): Promise<Queue>
  queue(service: string): Queue | undefined
  publish(message: Message, mayHaveNoQueue: boolean): Promise<void>
  listen(listener: Listener): Subscription
  /** When every broker on it is closed. */
  close(): Promise<void>
}

type Bound = { queue: Queue; keys: readonly string[]; news: () => void }

/** `folder` keeps a file a queue. One process at a time may work on it. */
export function createEmbeddedHub({ folder }: { folder: string }): EmbeddedHub {
  mkdirSync(folder, { recursive: true })
  const bound = new Map<string, Bound>()
  const listeners = new Set<Listener>()

  return {
    async bind(service, keys, news) {
      const known = bound.get(service)
      const queue =
        known?.queue ?? (await openQueue(join(folder, `${service}.jsonl`), () => bound.get(service)?.news()))
      bound.set(service, { queue, keys, news })
      return queue
    },
    queue: (service) => bound.get(service)?.queue,
    async publish(message, mayHaveNoQueue) {
      const to = Array.from(bound.values()).filter(({ keys }) => keys.some((key) => takes(key, message.key)))
      const heard = Array.from(listeners).filter(({ keys }) => keys.some((key) => takes(key, message.key)))
      if (to.length + heard.length === 0 && !mayHaveNoQueue)
        throw new Unroutable(`no queue takes ${message.key}`)
      await Promise.all(to.map(({ queue }) => queue.put(message)))
      for (const { hear } of heard) hear(message)
    },
    listen(listener) {
      listeners.add(listener)
      return { close: async () => void listeners.delete(listener) }
    },
    async close() {
      await Promise.all(Array.from(bound.values(), ({ queue }) => queue.close()))
      bound.clear()
    },
  }
}
