import type { CompositeType, Subgraph, Supergraph } from '@apollo/federation-internals'
import type { FetchNode, QueryPlan } from '@apollo/query-planner'
import { type DocumentNode, Kind, type OperationDefinitionNode, parse } from 'graphql'
import { fetchesOf } from './walk.ts'

/** A fetch of a plan as its subgraph reads it. */
export type Asked = {
  fetch: FetchNode
  subgraph: Subgraph
  operation: OperationDefinitionNode
  root: CompositeType
}

export const operationOf = ({ definitions }: DocumentNode): OperationDefinitionNode =>
  definitions.find(({ kind }) => kind === Kind.OPERATION_DEFINITION) as OperationDefinitionNode

/** What a plan asks of which subgraph. */
export function askedOf(supergraph: Supergraph, plan: QueryPlan): Asked[] {
  return fetchesOf(plan).flatMap(({ fetch }) => {
    const subgraph = supergraph.subgraphs().get(fetch.serviceName)
    if (!subgraph) throw new Error(`A plan that asks the unknown subgraph "${fetch.serviceName}"`)
    const operation = operationOf(parse(fetch.operation, { noLocation: true }))
    const root = subgraph.schema.schemaDefinition.rootType(operation.operation)
    return root ? [{ fetch, subgraph, operation, root }] : []
  })
}
