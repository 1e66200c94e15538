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
  const failing = new Set<string>()
  return {
    failing: (): string[] => [...failing],
    /** Starts timing one fetch; the returned function ends it, with the code of its failure if it failed. */
    begin(subgraph: string): (code?: string) => void {
      const done = duration.startTimer({ subgraph })
      return (code) => {
        done()
        if (code === undefined) return void failing.delete(subgraph)
        failing.add(subgraph)
        failures.inc({ subgraph, code })
      }
    },
  }
}
