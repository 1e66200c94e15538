// npm run compose            writes schema/supergraph.graphql
// npm run compose -- --check compares instead, and exits 1 where the file is not what rover.yaml composes to
import { readFileSync, writeFileSync } from 'node:fs'
import { composeServices } from '@apollo/composition'
import { runCommand } from '@puchi/platform/run-command'
import { type ASTNode, type DocumentNode, GraphQLError, parse, Source } from 'graphql'
import { root, type SubgraphEntry, subgraphs } from './subgraphs.ts'

type Composable = Omit<SubgraphEntry, 'file'> & Partial<SubgraphEntry>

const file = `${root}/schema/supergraph.graphql`

/** Composes in process, without a network. Throws one readable message that lists every composition error. */
export function compose(entries: Composable[]): string {
  const services = entries.map(({ name, url, file = name, sdl }) => ({
    name,
    url,
    typeDefs: parsed(file, sdl),
  }))
  const { supergraphSdl, errors } = composeServices(services)
  if (supergraphSdl) return `${supergraphSdl.trimEnd()}\n`
  const lines = (errors ?? []).map(
    ({ message, extensions, nodes }) => `${placeOf(nodes, entries)} ${extensions['code']}: ${message}`,
  )
  throw new Error(`The subgraphs do not compose:\n${lines.join('\n')}`)
}

function parsed(file: string, sdl: string): DocumentNode {
  try {
    return parse(new Source(sdl, file))
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error
    throw new Error(`${file}:${error.locations?.[0]?.line}: ${error.message}`)
  }
}

/** `schema/user.graphql:12:` of what an error is about; nothing where it is about no line. */
function placeOf(nodes: readonly ASTNode[] | undefined, entries: Composable[]): string {
  const loc = nodes?.find((node) => node.loc)?.loc
  const known = entries.some(({ file }) => file === loc?.source.name)
  return loc && known ? `${loc.source.name}:${loc.startToken.line}:` : ' '
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

if (import.meta.main) await runCommand(() => main(process.argv.includes('--check')))
