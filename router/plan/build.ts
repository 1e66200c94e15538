import type { Log } from '@puchi/platform/log'
import { type SourceOptions, subgraphFetch } from '../execute/subgraph-fetch.ts'
import type { Generation, GenerationOptions } from './generation.ts'

export type BuildOptions = {
  rules: Pick<GenerationOptions, 'formatError' | 'plugins' | 'open' | 'onDenied' | 'limits' | 'onLimit'>
  sources: SourceOptions
  log: Log
}

/** How each version of the supergraph is built from its SDL. */
export const buildWith =
  ({ rules, sources, log }: BuildOptions) =>
  async (sdl: string): Promise<Generation> => {
    // It takes a second to load: whatever is wrong with the settings is told before.
    const { createGeneration } = await import('./generation.ts')
    return createGeneration(sdl, { ...rules, log, fetch: (subgraphs) => subgraphFetch(subgraphs, sources) })
  }
