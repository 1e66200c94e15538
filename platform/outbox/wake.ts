import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import type { Log } from '../log.ts'
import { type Tries, tellOfTries } from '../tries.ts'

/** Tells waiting lanes that something may have come: one of them, for each time it is given. */
export function createSignal() {
  const waiting = new Set<() => void>()
  let count = 0
  return {
    /** How often it was given: what is compared in `after`. */
    count: () => count,
    give(): void {
      count += 1
      const [longest] = waiting
      longest?.()
    },
    giveAll(): void {
      count += 1
      for (const resolve of waiting) resolve()
    },
    /** Resolves at the next signal, at once where there was one since `seen`, and after `ms` at the latest. */
    async after(seen: number, ms: number): Promise<void> {
      if (count !== seen) return
      await new Promise<void>((resolve) => {
        const done = () => {
          clearTimeout(timer)
          waiting.delete(done)
          resolve()
        }
        const timer = setTimeout(done, ms)
        waiting.add(done)
      })
    },
  }
}

const relistenAfter = 500

/** Calls back for every NOTIFY on `outbox`, and whenever listening begins again after the connection was lost. */
export function listenToOutbox(url: string, notified: () => void, log: Log): { close(): Promise<void> } {
  const closing = new AbortController()
  const tries = tellOfTries(
    log,
    'listening to the outbox ended; polling until it begins again',
    'the outbox is listened to again',
  )
  const done = (async () => {
    while (!closing.signal.aborted) {
      await listenOnce(url, { notified, tries, closing: closing.signal }).catch(tries.failed)
      await pause(relistenAfter, undefined, { signal: closing.signal }).catch(() => {})
    }
  })()
  return {
    close: () => {
      closing.abort()
      return done
    },
  }
}

type Listening = { notified(): void; tries: Tries; closing: AbortSignal }

async function listenOnce(url: string, { notified, tries, closing }: Listening): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000, keepAlive: true })
  client.on('error', () => {}) // `end` follows
  client.on('notification', notified)
  const ended = once(client, 'end', { signal: closing })
  ended.catch(() => {})
  try {
    await client.connect()
    await client.query('LISTEN outbox')
    notified()
    tries.worked()
    await ended
  } catch (error) {
    if (!closing.aborted) throw error
  } finally {
    await client.end().catch(() => {})
  }
}
