import { setTimeout as pause } from 'node:timers/promises'
import type { ChannelModel, ConfirmChannel } from 'amqplib'
import type { Log } from '../log.ts'
import { Late, within } from '../within.ts'

/** One living connection. `gone` is aborted when it dies; `drop` kills it and resolves then. */
export type Link = { model: ChannelModel; gone: AbortSignal; drop(reason: Error): Promise<void> }

/** Furnishes a channel just opened; what it throws closes the channel, and the next one is tried. */
export type Furnish = (channel: ConfirmChannel) => Promise<void>

/** A channel that is opened and furnished anew whenever the server closes it or a new connection is there. */
export type KeptChannel = {
  /** Begins on a connection. Resolves when the first channel stands or has failed; later ones are nobody's wait. */
  take(link: Link): Promise<void>
  close(): Promise<void>
}

export type KeepOptions = { furnish: Furnish; log: Log; deadline: number }

const firstPause = 50
const longestPause = 2_000

// A channel-level error (404, 406, 403) closes the channel and not the connection: no recovery of amqplib's heals it.
export function keepChannel({ furnish, log, deadline }: KeepOptions): KeptChannel {
  const closing = new AbortController()
  let current: ConfirmChannel | undefined

  async function open({ model }: Link): Promise<{ closed: Promise<void> }> {
    const channel = await model.createConfirmChannel()
    channel.on('error', (error) => log.warn({ err: error }, 'the broker closed a channel'))
    const closed = new Promise<void>((resolve) => channel.once('close', resolve))
    current = channel
    await furnish(channel).catch((error: unknown) => {
      channel.close().catch(() => {})
      throw error
    })
    return { closed }
  }

  /** One channel from its opening to its end. */
  async function live(link: Link, stands: () => void): Promise<void> {
    const channel = await within(deadline, 'opening a channel', open(link)).catch(async (error: unknown) => {
      // Silence is no channel-level error: the connection itself is not to be trusted any more.
      if (error instanceof Late) await link.drop(error)
      throw error
    })
    stands()
    await channel.closed
  }

  async function keep(link: Link, settled: () => void): Promise<void> {
    const ended = AbortSignal.any([closing.signal, link.gone])
    for (let failures = 0; !ended.aborted; failures += 1) {
      const stands = () => {
        failures = 0
        settled()
      }
      await live(link, stands).catch((error: unknown) => {
        if (!ended.aborted) log.warn({ err: error }, 'a channel could not be opened; trying again')
      })
      settled()
      const wait = Math.min(longestPause, firstPause * 2 ** failures)
      await pause(wait, undefined, { signal: ended }).catch(() => {})
    }
    settled()
  }

  return {
    take: (link) => new Promise((resolve) => void keep(link, resolve)),
    async close() {
      closing.abort()
      await within(2_000, 'closing a channel', current?.close() ?? Promise.resolve()).catch(() => {})
    },
  }
}
