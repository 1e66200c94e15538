import { setTimeout as pause } from 'node:timers/promises'
import type { Log } from './log.ts'

/** Repeats work with pauses until closed; what fails is logged and tried again at the next turn. */
export function repeat(work: () => Promise<unknown>, ms: number, log: Log): { close(): Promise<void> } {
  const closing = new AbortController()
  const done = (async () => {
    while (!closing.signal.aborted) {
      await work().catch((error: unknown) => log.warn({ err: error }, 'upkeep failed'))
      await pause(ms, undefined, { signal: closing.signal, ref: false }).catch(() => {})
    }
  })()
  return {
    close: () => {
      closing.abort()
      return done
    },
  }
}
