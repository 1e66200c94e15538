import type { Caller } from '../../guard/identity.ts'
import type { SubgraphAnswer } from '../subgraph.ts'
import { responseOf } from './response.ts'

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
  let callers = new Map<string, Map<string, Underway>>()
  let begun = 0
  function begin(caller: string, asked: string, mine: Underway): void {
    // The tables that a Map outgrows point each to the next: one that is old keeps what all of them held until a full
    // collection. A new Map begins a new chain.
    begun += 1
    if (begun % 1_024 === 0)
      callers = new Map([...callers].map(([one, underway]) => [one, new Map(underway)]))
    const underway = callers.get(caller)
    if (underway) underway.set(asked, mine)
    else callers.set(caller, new Map([[asked, mine]]))
  }
  function end(caller: string, asked: string, mine: Underway): void {
    const underway = callers.get(caller)
    if (underway?.get(asked) !== mine) return
    if (underway.size > 1) underway.delete(asked)
    else callers.delete(caller)
  }
  return {
    /** What is asked stands in a table of its caller's: as a part of one long key it would be copied once more. */
    async share(caller: string, asked: string, { until, fetch, onShared }: Asking): Promise<SubgraphAnswer> {
      const same = callers.get(caller)?.get(asked)
      if (same && Math.abs(same.until - until) <= alike) {
        onShared()
        // The executor changes what it is given: everyone needs objects of his own.
        return responseOf(JSON.parse((await same.answered).text))
      }
      const mine = { answered: fetch(), until }
      begin(caller, asked, mine)
      try {
        return (await mine.answered).answer
      } finally {
        end(caller, asked, mine)
      }
    },
    /** Who asks after a mutation must not be given what was read before it. */
    forget() {
      callers = new Map()
    },
  }
}

type Known = { [Part in 'viewer' | 'client' | 'headers']?: Caller[Part] | undefined }

/** Equal for what is asked alike by callers of whom the same is known. */
export const keyOf = ({ viewer, client, headers }: Known, asked: string): string =>
  `${JSON.stringify([viewer, client, headers])}${asked}`
