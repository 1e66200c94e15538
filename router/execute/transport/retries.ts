import { NoAnswer } from './no-answer.ts'

export type Retry = <Result>(fetch: () => Promise<Result>, repeatable: boolean) => Promise<Result>

const share = 0.1
const most = 10

/**
 * Repeats a query once whose connection broke, as it does when a subgraph restarts: never more than one in ten
 * fetches, so that a subgraph in distress is not asked twice as often.
 */
export function createRetry(): Retry {
  let budget = 0
  return async (fetch, repeatable) => {
    budget = Math.min(most, budget + share)
    try {
      return await fetch()
    } catch (error) {
      if (!repeatable || !(error instanceof NoAnswer && error.broken) || budget < 1) throw error
      budget -= 1
      return fetch()
    }
  }
}
