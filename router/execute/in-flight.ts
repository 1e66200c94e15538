import type { Caller } from '../guard/identity.ts'
import { responseOf } from './response.ts'
import type { SubgraphAnswer } from './subgraph.ts'

export type InFlight = ReturnType<typeof createInFlight>

/** An answer and the JSON it was read from. */
export type Answered = { answer: SubgraphAnswer; text: string }

type Asking = {
  /** When its asker gives up, on the clock of `performance`. */
  until: number
  fetch(): Promise<Answered>
  /** Hears that no fetch was needed. */
  onShared(): void
}
type Underway = { answered: Promise<Answered>; until: number }

/** How far apart, in milliseconds, two requests may give up that wait for one answer. */
const alike = 250

/**
 * Lets identical queries to a subgraph that are under way at one time share one fetch: same viewer, same headers that
 * go on, same body. Nobody who asks is tied to another: the fetch lives on when a client leaves, and who would have to
 * wait much longer or shorter than the first one fetches for itself.
 */
export function createInFlight() {
  let underway = new Map<string, Underway>()
  let begun = 0
  function begin(key: string, mine: Underway): void {
    // The tables that a Map outgrows point each to the next: one that is old keeps what all of them held until a full
    // collection. A new Map begins a new chain.
    begun += 1
    if (begun % 1_024 === 0) underway = new Map(underway)
    underway.set(key, mine)
  }
  return {
    async share(key: string, { until, fetch, onShared }: Asking): Promise<SubgraphAnswer> {
      const same = underway.get(key)
      if (same && Math.abs(same.until - until) <= alike) {
        onShared()
        // The executor changes what it is given: everyone needs objects of his own.
        return responseOf(JSON.parse((await same.answered).text))
      }
      const mine = { answered: fetch(), until }
      begin(key, mine)
      try {
        return (await mine.answered).answer
      } finally {
        if (underway.get(key) === mine) underway.delete(key)
      }
    },
    /** Who asks after a mutation must not be given what was read before it. */
    forget() {
      underway = new Map()
    },
  }
}

type Known = { [Part in 'viewer' | 'client' | 'headers']?: Caller[Part] | undefined }

/** Equal for what is asked alike by callers of whom the same is known. */
export const keyOf = ({ viewer, client, headers }: Known, asked: string): string =>
  `${JSON.stringify([viewer, client, headers])}${asked}`
