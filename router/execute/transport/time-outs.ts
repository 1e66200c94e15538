import type { Caller } from '../../guard/identity.ts'
import { ownerOf } from '../../guard/owner.ts'
import { NoAnswer } from './no-answer.ts'

/** Runs one fetch of a caller's. A time-out that says more of what was asked than of the subgraph is thrown as refused. */
export type Timed = <Result>(fetch: () => Promise<Result>, caller: Caller) => Promise<Result>

/**
 * Whose fault a time-out is: while a subgraph answers nobody it is its own, each time. While it answers others, it may
 * be that one caller asks for too much over and over: his counts once within `span` milliseconds, so that it takes
 * many callers to say that a subgraph is slow, and none of them can take it away from the others. Where nobody knows
 * who calls, as with `--anonymous`, each counts.
 */
export function timeOuts(span: number): Timed {
  let answered = Number.NEGATIVE_INFINITY
  const counted = new Map<string, number>()

  function countsAgain(caller: Caller): boolean {
    const owner = ownerOf(caller).name
    if (owner === undefined) return true
    const now = performance.now()
    for (const [one, at] of counted) if (now - at >= span) counted.delete(one)
    if (counted.has(owner)) return false
    counted.set(owner, now)
    return true
  }
  return async (fetch, caller) => {
    const began = performance.now()
    try {
      const result = await fetch()
      answered = performance.now()
      return result
    } catch (error) {
      const isLate = error instanceof NoAnswer && error.code === 'SUBGRAPH_TIMEOUT' && !error.refused
      if (!isLate || answered < began || countsAgain(caller)) throw error
      throw new NoAnswer(error.code, error.message, { refused: true })
    }
  }
}
