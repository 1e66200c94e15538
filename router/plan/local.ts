import type { Supergraph } from '@apollo/federation-internals'
import type { GraphQLSchema } from 'graphql'

/** A subgraph's own schema; made once. */
export type Local = (subgraph: string) => GraphQLSchema

export function createLocal(supergraph: Supergraph): Local {
  const known = new Map<string, GraphQLSchema>()
  return (name) => {
    const found = known.get(name) ?? supergraph.subgraphs().get(name)?.schema.toGraphQLJSSchema()
    if (!found) throw new Error(`A plan that asks the unknown subgraph "${name}"`)
    known.set(name, found)
    return found
  }
}
