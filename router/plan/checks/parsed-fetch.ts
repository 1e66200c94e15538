import type { CompositeType, Subgraph, Supergraph } from '@apollo/federation-internals'
import type { FetchNode, QueryPlan } from '@apollo/query-planner'
import { Kind, type OperationDefinitionNode, type SelectionSetNode } from 'graphql'
import { parseOperation } from '../nodes.ts'
import { fetchesOf } from '../walk.ts'

/** A fetch of a plan as its subgraph reads it. */
export type ParsedFetch = {
  fetch: FetchNode
  subgraph: Subgraph
  operation: OperationDefinitionNode
  root: CompositeType
}

/** What a plan asks of which subgraph. */
export function parsedFetchesOf(supergraph: Supergraph, plan: QueryPlan): ParsedFetch[] {
  return fetchesOf(plan).flatMap(({ fetch }) => {
    const subgraph = supergraph.subgraphs().get(fetch.serviceName)
    if (!subgraph) throw new Error(`A plan that asks the unknown subgraph "${fetch.serviceName}"`)
    const operation = parseOperation(fetch.operation)
    const root = subgraph.schema.schemaDefinition.rootType(operation.operation)
    return root ? [{ fetch, subgraph, operation, root }] : []
  })
}

/** What a fetch selects of the objects that it is for: below `_entities` where it sends representations, else at the root. */
export function selectionSetOf(
  { requires }: FetchNode,
  { selectionSet }: OperationDefinitionNode,
): SelectionSetNode {
  const [entities] = selectionSet.selections
  return requires && entities?.kind === Kind.FIELD && entities.selectionSet
    ? entities.selectionSet
    : selectionSet
}

/** The fetch's operation with another set where `selectionSetOf` finds one. */
export function withSelectionSet(
  { requires }: FetchNode,
  operation: OperationDefinitionNode,
  selectionSet: SelectionSetNode,
): OperationDefinitionNode {
  const [entities] = operation.selectionSet.selections
  const whole =
    requires && entities?.kind === Kind.FIELD && entities.selectionSet
      ? { ...operation.selectionSet, selections: [{ ...entities, selectionSet }] }
      : selectionSet
  return { ...operation, selectionSet: whole }
}
