import type { Log } from '@puchi/platform/log'
import type { Plans } from '../execute/compile/plans.ts'
import { type SubgraphFetchOptions, subgraphFetch } from '../execute/transport/subgraph-fetch.ts'
import type { Rules } from '../guard/rules.ts'
import type { Planning } from '../plan/planning.ts'
import type { Generation } from './generation.ts'

export type BuildOptions = {
  rules: Rules
  fetching: SubgraphFetchOptions
  log: Log
  plans: Plans
  /** Texts to plan and compile before traffic. */
  manifest: readonly string[]
}

/** How each version of the supergraph is built from its SDL. */
export const buildWith =
  ({ rules, fetching, log, plans, manifest }: BuildOptions) =>
  async (sdl: string): Promise<Generation> => {
    // It takes a second to load: whatever is wrong with the settings is told before.
    const { createGeneration } = await import('./generation.ts')
    const fetch = (subgraphs: Planning['subgraphs']) => subgraphFetch(subgraphs, fetching)
    return createGeneration(sdl, { ...rules, log, plans, manifest, fetch, tracing: fetching.tracing })
  }
