import type { ConfirmChannel, Message as Raw } from 'amqplib'
import { Unroutable } from '../broker.ts'
import type { KeptConnection } from './connection.ts'
import { BrokerAway, Forbidden } from './limits.ts'
import { declare, type Topology } from './topology.ts'

/** Something to be put on the broker. */
export type Outgoing = {
  id: string
  exchange: string
  key: string
  body: Buffer
  mandatory: boolean
  headers?: Record<string, string | number>
}

/** Publishes with confirms on one kept channel. */
export type Publisher = {
  /** Resolves once every queue keeps it; what is on its way already, under the same id, is not sent twice. */
  send(outgoing: Outgoing): Promise<void>
  ready(): boolean
}

type Waiting = { promise: Promise<void>; reject(error: Error): void; isReturned: boolean }

export async function createPublisher(connection: KeptConnection, topology: Topology): Promise<Publisher> {
  const waiting = new Map<string, Waiting>()
  const forbidden = forbiddenTopics()
  let channel: ConfirmChannel | undefined
  /** What the server said when it closed the channel. */
  let why: Error | undefined

  function giveUp(text: string): void {
    for (const { reject } of waiting.values()) reject(new BrokerAway(text, { cause: why }))
    waiting.clear()
  }

  async function furnish(fresh: ConfirmChannel): Promise<void> {
    fresh.on('return', ({ properties, fields }: Raw) => {
      const returned = waiting.get(nameOf(properties.messageId, fields.exchange))
      if (returned) returned.isReturned = true
    })
    why = undefined
    fresh.on('error', (error) => {
      why = error
      forbidden.learn(error)
    })
    fresh.once('close', () => {
      if (channel === fresh) channel = undefined
      giveUp('the channel closed before the broker confirmed')
    })
    await declare(fresh, topology)
    channel = fresh
  }

  function begin(name: string, outgoing: Outgoing, on: ConfirmChannel): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const mine: Waiting = { promise, reject, isReturned: false }
    put(on, outgoing, (error) => {
      if (waiting.get(name) === mine) waiting.delete(name)
      if (error) return reject(new BrokerAway('the broker did not keep it', { cause: why ?? error }))
      if (!mine.isReturned) return resolve()
      reject(new Unroutable(`no queue takes ${outgoing.key}`))
    })
    waiting.set(name, mine)
    return promise
  }

  connection.whenBlocked(() => giveUp('the broker takes no messages'))
  await connection.hold(furnish)
  return {
    async send(outgoing) {
      const name = nameOf(outgoing.id, outgoing.exchange)
      const same = waiting.get(name)
      if (same) return same.promise
      if (!channel || connection.isBlocked()) throw new BrokerAway('the broker is away or takes no messages')
      forbidden.refuse(outgoing.key)
      return begin(name, outgoing, channel)
    },
    ready: () => channel !== undefined && !connection.isBlocked(),
  }
}

// One message may be on its way to everybody and, as a retry, to its own service.
const nameOf = (id: string, exchange: string): string => `${exchange} ${id}`

const forbiddenFor = 5_000

/**
 * A key that the user may not write kills the channel and all that is on its way there. It is not tried again for 5 s,
 * so that the others get through.
 */
function forbiddenTopics() {
  const topics = new Map<string, { error: Error; until: number }>()
  return {
    learn(error: Error): void {
      const topic = /access to topic '([^']+)'/.exec(error.message)?.[1]
      if (topic) topics.set(topic, { error, until: Date.now() + forbiddenFor })
    },
    refuse(key: string): void {
      const known = topics.get(key)
      if (known && known.until > Date.now()) throw new Forbidden(known.error.message, { cause: known.error })
      topics.delete(key)
    },
  }
}

function put(channel: ConfirmChannel, outgoing: Outgoing, done: (error: Error | null) => void): void {
  const { id, exchange, key, body, mandatory, headers = {} } = outgoing
  const properties = { persistent: true, contentType: 'application/json', messageId: id, mandatory, headers }
  channel.publish(exchange, key, body, properties, done)
}
