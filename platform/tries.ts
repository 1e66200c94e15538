import { outageOf } from './database/outage.ts'
import type { Log } from './log.ts'

/** Hears how work goes that is tried until it succeeds. */
export type Tries = { failed(error: unknown): void; worked(): void }

/**
 * What the log says of such work: an outage in a line when it begins and in another when it is over, however often and by
 * how many it is tried meanwhile; of any other fault its stack, whenever it is another one than before.
 */
export function tellOfTries(log: Log, fails: string, works: string): Tries {
  let told: string | undefined
  return {
    failed(error) {
      const { message } = error as Error
      const isOutage = outageOf(error) !== undefined
      const what = isOutage ? 'an outage' : message
      if (told === what) return
      told = what
      log.warn(isOutage ? { why: message } : { err: error }, fails)
    },
    worked() {
      if (told !== undefined) log.warn(works)
      told = undefined
    },
  }
}
