import type { CompositeType, Subgraph, Supergraph } from '@apollo/federation-internals'
import type { FetchNode, QueryPlan } from '@apollo/query-planner'
import type { OperationDefinitionNode } from 'graphql'
import { parseOperation } from './nodes.ts'
import { fetchesOf } from './walk.ts'

/** A fetch of a plan as its subgraph reads it. */
export type Asked = {
  fetch: FetchNode
  subgraph: Subgraph
  operation: OperationDefinitionNode
  root: CompositeType
}

/** What a plan asks of which subgraph. */
export function askedOf(supergraph: Supergraph, plan: QueryPlan): Asked[] {
  return fetchesOf(plan).flatMap(({ fetch }) => {
    const subgraph = supergraph.subgraphs().get(fetch.serviceName)
    if (!subgraph) throw new Error(`A plan that asks the unknown subgraph "${fetch.serviceName}"`)
    const operation = parseOperation(fetch.operation)
    const root = subgraph.schema.schemaDefinition.rootType(operation.operation)
    return root ? [{ fetch, subgraph, operation, root }] : []
  })
}
