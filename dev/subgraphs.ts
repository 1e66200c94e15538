import { readFileSync } from 'node:fs'
import { normalize, resolve } from 'node:path'
import { parse } from 'yaml'

export type SubgraphEntry = {
  name: string
  /** As the supergraph file gets it: defaults only, no environment. */
  url: string
  /** Where the schema lies, seen from rover.yaml. */
  file: string
  /** The subgraph's schema in GraphQL's schema definition language. */
  sdl: string
}

export const root = resolve(import.meta.dirname, '..')

type RoverFile = { subgraphs: Record<string, { routing_url: string; schema: { file: string } }> }

// rover's own syntax: https://www.apollographql.com/docs/rover/configuring#variable-expansion
const expandDefaults = (text: string) => text.replace(/\$\{env\.\w+:-([^}]*)\}/g, '$1')

/** The subgraphs of rover.yaml, the one list of them, with their schema files read. */
export function subgraphs(file = `${root}/rover.yaml`): SubgraphEntry[] {
  const rover = parse(readFileSync(file, 'utf8')) as RoverFile
  return Object.entries(rover.subgraphs).map(([name, { routing_url, schema }]) => ({
    name,
    url: expandDefaults(routing_url),
    file: normalize(schema.file),
    sdl: readFileSync(resolve(file, '..', schema.file), 'utf8'),
  }))
}
