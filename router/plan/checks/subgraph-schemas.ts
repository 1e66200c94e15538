import type { Supergraph } from '@apollo/federation-internals'
import type { GraphQLSchema } from 'graphql'

/** The schema of each subgraph, by its name; made when it is first asked for. */
export type SubgraphSchemas = (subgraph: string) => GraphQLSchema

export function createSubgraphSchemas(supergraph: Supergraph): SubgraphSchemas {
  const known = new Map<string, GraphQLSchema>()
  return (name) => {
    const found = known.get(name) ?? supergraph.subgraphs().get(name)?.schema.toGraphQLJSSchema()
    if (!found) throw new Error(`A plan that asks the unknown subgraph "${name}"`)
    known.set(name, found)
    return found
  }
}
