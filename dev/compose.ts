// npm run compose            writes schema/supergraph.graphql
// npm run compose -- --check compares instead, and exits 1 where the file is not what rover.yaml composes to
import { readFileSync, writeFileSync } from 'node:fs'
import { composeServices } from '@apollo/composition'
import { parse } from 'graphql'
import { root, type SubgraphEntry, subgraphs } from './subgraphs.ts'

const file = `${root}/schema/supergraph.graphql`

/** Composes in process, without a network. Throws one readable message that lists every composition error. */
export function compose(entries: SubgraphEntry[]): string {
  const services = entries.map(({ name, url, sdl }) => ({ name, url, typeDefs: parse(sdl) }))
  const { supergraphSdl, errors } = composeServices(services)
  if (supergraphSdl) return `${supergraphSdl.trimEnd()}\n`
  const lines = (errors ?? []).map(({ message, extensions }) => `  ${extensions['code']}: ${message}`)
  throw new Error(`The subgraphs do not compose:\n${lines.join('\n')}`)
}

function main(check: boolean): void {
  const supergraph = compose(subgraphs())
  if (!check) writeFileSync(file, supergraph)
  else if (readFileSync(file, 'utf8') !== supergraph)
    throw new Error('schema/supergraph.graphql is stale: run `npm run compose`.')
  console.log(
    check ? 'schema/supergraph.graphql is what rover.yaml composes to.' : 'Wrote schema/supergraph.graphql.',
  )
}

if (import.meta.main) {
  try {
    main(process.argv.includes('--check'))
  } catch (error) {
    console.error((error as Error).message)
    process.exitCode = 1
  }
}
