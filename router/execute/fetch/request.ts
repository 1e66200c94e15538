import type { FetchNode } from '@apollo/query-planner'
import { type GraphQLSchema, Kind, type SelectionSetNode } from 'graphql'
import { selectionSetOf } from '../../plan/checks/parsed-fetch.ts'
import type { ClientNames, Path } from '../../plan/client-names.ts'
import { parseOperation, responseKey } from '../../plan/nodes.ts'
import { type Data, held } from '../data.ts'
import type { SubgraphRequest } from '../subgraph.ts'

/** The object type of the objects at a path in an answer, where the schema alone tells it. */
export type TypeAt = (path: Path) => string | undefined

/** What the parts of one operation are compiled with. */
export type Compiling = {
  /** The supergraph's schema. */
  schema: GraphQLSchema
  names: ClientNames
  /** The inner response keys the client asked for, at any place. */
  asked: ReadonlySet<string>
  typeAt: TypeAt
  /** Whether some argument is filled from objects further up. */
  contextual: boolean
}

/** Prepares all of a request but its variables, which come as the inside of a JSON object. */
export function requestOf(fetch: FetchNode): (variables: string) => SubgraphRequest {
  const { serviceName: subgraph, operation, operationName, operationKind } = fetch
  const named = operationName ? `,"operationName":${JSON.stringify(operationName)}` : ''
  const start = `{"query":${JSON.stringify(operation)}${named}`
  const base = { subgraph, kind: operationKind, ...(operationName && { operationName }) }
  const bare = { ...base, body: `${start}}` }
  return (variables) => (variables ? { ...base, body: `${start},"variables":{${variables}}}` } : bare)
}

/** The client's variables that a fetch uses, as the inside of a JSON object. */
export function variablesText(names: readonly string[] = [], variables: Data): string {
  let text = ''
  for (const name of names) {
    const value = held(variables, name)
    if (value !== undefined) text += `${text && ','}${JSON.stringify(name)}:${JSON.stringify(value)}`
  }
  return text
}

/** The keys a fetch answers to the client, to name in the error when there is no answer. */
export function keysToName(fetch: FetchNode, { asked }: Compiling): string[] {
  const keys = new Set<string>()
  const walk = (set: SelectionSetNode): void => {
    for (const one of set.selections)
      if (one.kind === Kind.INLINE_FRAGMENT) walk(one.selectionSet)
      else if (one.kind === Kind.FIELD && one.name.value !== '__typename') keys.add(responseKey(one))
  }
  walk(selectionSetOf(fetch, parseOperation(fetch.operation)))
  return [...keys].filter((key) => asked.has(key))
}
