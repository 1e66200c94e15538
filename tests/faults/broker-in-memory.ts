import type { Broker, Message } from '@puchi/platform/broker'
import { Unroutable } from '@puchi/platform/broker'

/** The port of a broker kept in memory, with the faults that a test asks for. */
export function brokerInMemory() {
  const kept: Message[] = []
  const unbound = new Set<string>()
  let gone = false
  const refuse = () => Promise.reject(new Error('not part of this test'))
  const broker: Broker = {
    async publish(message) {
      await new Promise(setImmediate)
      if (gone) throw new Error('the broker is away')
      if (unbound.has(message.key)) throw new Unroutable(message.key)
      kept.push(message)
    },
    consume: refuse,
    listen: refuse,
    dead: async () => [],
    replay: async () => false,
    away: () => gone,
    close: async () => {},
  }
  return {
    ...broker,
    kept,
    unbound,
    leave: () => {
      gone = true
    },
    comeBack: () => {
      gone = false
    },
  }
}
