import type { Duplex } from 'node:stream'
import { type ChannelModel, connect } from 'amqplib'
import type { Log } from '../log.ts'
import { tellOfTries } from '../tries.ts'
import { within } from '../within.ts'
import { type Furnish, type KeptChannel, keepChannel, type Link } from './channel.ts'

export type ConnectionOptions = {
  url: string
  /** What the connection is called in RabbitMQ's own lists. */
  name: string
  log: Log
  /** Seconds; a silent broker is given up after two to three of them. */
  heartbeat: number
  /** Milliseconds that a step of opening may take. */
  deadline: number
  /** It is up, down, blocked or free again. */
  onChange: (what: 'up' | 'down' | 'blocked' | 'unblocked') => void
}

/** A connection that comes back by itself, with every channel that it holds. */
export type KeptConnection = {
  /** Adds a channel. Resolves once it stands or has failed for the first time; at once while there is no connection. */
  hold(furnish: Furnish): Promise<KeptChannel>
  /** The living connection, if there is one. */
  link(): Link | undefined
  isBlocked(): boolean
  whenBlocked(listener: () => void): void
  close(): Promise<void>
}

const closeWithin = 2_000

/** Begins to connect and never stops trying. Everything on the connection is made inside amqplib's `setup`. */
export async function keepConnection(options: ConnectionOptions): Promise<KeptConnection> {
  const { log, deadline, onChange } = options
  const held = new Set<KeptChannel>()
  let link: Link | undefined
  const flow = flowOf(options)
  const tries = tellOfTries(log, 'the broker does not answer; trying again', 'the broker answers again')

  async function setup(model: ChannelModel): Promise<void> {
    // First of all: without a listener an error while setup runs ends the process (amqplib 2.3.1).
    model.on('error', ({ message }) => log.warn({ why: message }, 'the connection to the broker broke'))
    const fresh = linkOf(model)
    fresh.gone.addEventListener('abort', () => {
      link = undefined
      flow.reset()
      onChange('down')
    })
    model.on('blocked', (why) => flow.block(true, why))
    model.on('unblocked', () => flow.block(false))
    link = fresh
    await Promise.all(Array.from(held, (channel) => channel.take(fresh)))
    if (fresh.gone.aborted) throw new Error('the connection died while it was set up')
    tries.worked()
    onChange('up')
  }

  const recovery = { setup, waitForConnect: false, initialDelay: 100, maxDelay: 2_000 }
  const clientProperties = { connection_name: options.name }
  const settings = { recovery, clientProperties, noDelay: true, timeout: deadline }
  const recovering = await connect(withHeartbeat(options), settings)
  recovering.on('error', () => {})
  recovering.on('connect-failed', tries.failed)

  return {
    async hold(furnish) {
      const kept = keepChannel({ furnish, log, deadline })
      const channel = {
        ...kept,
        close() {
          held.delete(channel)
          return kept.close()
        },
      }
      held.add(channel)
      if (link) await channel.take(link)
      return channel
    },
    link: () => link,
    isBlocked: flow.isBlocked,
    whenBlocked: flow.whenBlocked,
    async close() {
      const last = link
      // After a crash of the broker nobody answers a farewell.
      await within(closeWithin, 'closing', recovering.close()).catch((error: Error) => last?.drop(error))
    },
  }
}

/** Whether the broker takes messages: it says so where it runs out of memory or disk. */
function flowOf({ log, onChange }: Pick<ConnectionOptions, 'log' | 'onChange'>) {
  let isBlocked = false
  const listeners: (() => void)[] = []
  return {
    isBlocked: () => isBlocked,
    whenBlocked: (listener: () => void): void => void listeners.push(listener),
    block(blocked: boolean, why?: string): void {
      isBlocked = blocked
      log.warn({ why }, blocked ? 'the broker takes no messages' : 'the broker takes messages again')
      onChange(blocked ? 'blocked' : 'unblocked')
      if (blocked) for (const listener of listeners) listener()
    },
    /** A connection that comes anew is not blocked until it says so. */
    reset(): void {
      isBlocked = false
    },
  }
}

function withHeartbeat({ url, heartbeat }: ConnectionOptions): string {
  const full = new URL(url)
  if (!full.searchParams.has('heartbeat')) full.searchParams.set('heartbeat', String(heartbeat))
  return full.href
}

function linkOf(model: ChannelModel): Link {
  const gone = new AbortController()
  const closed = new Promise<void>((resolve) => {
    model.once('close', () => {
      gone.abort()
      resolve()
    })
  })
  // Not among amqplib's types. Given a reason the stream fails, and amqplib lets go all that waits for an answer;
  // its own `close` would wait for one more.
  const { stream } = model.connection as unknown as { stream: Duplex }
  const drop = (reason: Error) => {
    stream.destroy(reason)
    return closed
  }
  return { model, gone: gone.signal, drop }
}
