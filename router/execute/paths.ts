import type { GraphQLDataSource } from '@apollo/gateway'
import { Kind, parse, type SelectionNode } from 'graphql'

type Fetch = Parameters<GraphQLDataSource['process']>[0]

/**
 * Where in the response a fetch that failed leaves nulls: each of its root fields; or, where it was to complete
 * entities, the last place that is the same for all of them.
 */
export function pathsOf({ request, ...fetch }: Fetch): string[][] {
  const within = 'pathInIncomingRequest' in fetch ? (fetch.pathInIncomingRequest ?? []).map(String) : []
  if (within.length > 0) return [within.includes('@') ? within.slice(0, within.indexOf('@')) : within]
  const [operation] = parse(request.query ?? '{ __typename }').definitions
  if (operation?.kind !== Kind.OPERATION_DEFINITION) return [[]]
  return operation.selectionSet.selections.flatMap(responseNames).map((name) => [name])
}

const responseNames = (selection: SelectionNode): string[] => {
  if (selection.kind === Kind.FIELD) return [(selection.alias ?? selection.name).value]
  return selection.kind === Kind.INLINE_FRAGMENT
    ? selection.selectionSet.selections.flatMap(responseNames)
    : []
}
