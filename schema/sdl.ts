import { readFileSync } from 'node:fs'

/** What a subgraph serves, as its file says it now. */
export const sdlOf = (subgraph: string): string =>
  readFileSync(new URL(`${subgraph}.graphql`, import.meta.url), 'utf8')
