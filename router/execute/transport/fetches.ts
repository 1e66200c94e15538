import type { Telemetry } from '@puchi/platform/telemetry'

export type Fetches = ReturnType<typeof createFetches>

/** Times the fetches from each subgraph, counts failures by code, and knows which subgraphs failed last. */
export function createFetches(telemetry: Telemetry) {
  const duration = telemetry.seconds('subgraph_fetch_duration_seconds', 'Fetches from a subgraph.', [
    'subgraph',
  ])
  const failures = telemetry.counter('subgraph_fetch_failures_total', 'Fetches without an answer, by code.', [
    'subgraph',
    'code',
  ])
  const shared = telemetry.counter(
    'subgraph_fetches_shared_total',
    'Queries answered by an identical fetch that was under way.',
    ['subgraph'],
  )
  const failing = new Set<string>()
  return {
    failing: (): string[] => [...failing],
    shared: (subgraph: string): void => shared.inc({ subgraph }),
    /** Starts timing one fetch; the returned function ends it, with the code of its failure if it failed. */
    begin(subgraph: string): (code?: string) => void {
      const begin = performance.now()
      return (code) => {
        duration.observe({ subgraph }, (performance.now() - begin) / 1_000)
        if (code === undefined) return void failing.delete(subgraph)
        failing.add(subgraph)
        failures.inc({ subgraph, code })
      }
    },
  }
}
