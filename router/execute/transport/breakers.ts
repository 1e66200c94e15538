import type { Telemetry } from '@puchi/platform/telemetry'
import { CircuitState, circuitBreaker, handleWhen, SamplingBreaker } from 'cockatiel'
import type { Caller } from '../../guard/identity.ts'
import { NoAnswer } from './no-answer.ts'
import { timeOuts } from './time-outs.ts'

/** Runs one fetch of a caller's, unless its subgraph failed so often that it is left alone for a while. */
export type Breaker = <Result>(fetch: () => Promise<Result>, caller: Caller) => Promise<Result>
export type Breakers = ReturnType<typeof createBreakers>

// Half of at least twenty fetches in ten seconds opens it; after five seconds one fetch is let through as a trial.
const sampling = { threshold: 0.499, duration: 10_000, minimumRps: 2 }
const halfOpenAfter = 5_000

// Else any client could take a subgraph away from all others, with tokens that it refuses.
const saysOfSubgraph = (error: unknown): boolean => error instanceof NoAnswer && !error.refused

/** A circuit breaker for each subgraph, which outlives a new version of the supergraph. */
export function createBreakers(telemetry: Telemetry) {
  const open = telemetry.gauge('subgraph_breaker_open', '1 while the circuit breaker is open.', ['subgraph'])
  const breakers = new Map<string, Breaker>()
  function create(subgraph: string): Breaker {
    const policy = circuitBreaker(handleWhen(saysOfSubgraph), {
      halfOpenAfter,
      breaker: new SamplingBreaker(sampling),
    })
    const timed = timeOuts(sampling.duration)
    let openedAt = 0
    open.set({ subgraph }, 0)
    policy.onStateChange((state) => {
      if (state === CircuitState.Open) openedAt = performance.now()
      open.set({ subgraph }, state === CircuitState.Closed ? 0 : 1)
    })
    return (fetch, caller) => {
      const { state } = policy
      // The policy would let the others wait for the trial's end, as long as a subgraph that hangs takes.
      const resting = state === CircuitState.Open && performance.now() - openedAt < halfOpenAfter
      if (resting || state === CircuitState.HalfOpen)
        return Promise.reject(new NoAnswer('SUBGRAPH_UNAVAILABLE', 'it failed too often and is left alone'))
      return policy.execute(() => timed(fetch, caller))
    }
  }
  return {
    of(subgraph: string, origin: string): Breaker {
      const key = `${subgraph} ${origin}`
      const breaker = breakers.get(key) ?? create(subgraph)
      breakers.set(key, breaker)
      return breaker
    },
  }
}
