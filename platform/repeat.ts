import { setTimeout as pause } from 'node:timers/promises'
import { outageOf } from './database/outage.ts'
import type { Log } from './log.ts'
import { tellOfTries } from './tries.ts'

/** After an outage it is not long until the next try. */
const soon = 5_000

/**
 * Repeats work with pauses until closed; what fails is logged and tried again. Nobody waits for it: an outage that is over
 * at the next try, as where a start has the machine to share, is no news.
 */
export function repeat(work: () => Promise<unknown>, ms: number, log: Log): { close(): Promise<void> } {
  const closing = new AbortController()
  const tries = tellOfTries(log, 'upkeep failed', 'upkeep works again')
  let outages = 0

  function failed(error: unknown): void {
    outages = outageOf(error) ? outages + 1 : 0
    if (outages !== 1) tries.failed(error)
  }
  function worked(): void {
    outages = 0
    tries.worked()
  }
  const done = (async () => {
    while (!closing.signal.aborted) {
      await work().then(worked, failed)
      const next = outages > 0 ? Math.min(soon, ms) : ms
      await pause(next, undefined, { signal: closing.signal, ref: false }).catch(() => {})
    }
  })()
  return {
    close: () => {
      closing.abort()
      return done
    },
  }
}
