import { executeSync, type FieldNode, type GraphQLSchema, Kind, type OperationDefinitionNode } from 'graphql'
import { definitionsOf, responseKey, variablesIn } from '../../plan/nodes.ts'
import type { Data } from '../data.ts'
import { printingAll } from './default-values.ts'

/** Answers one introspection field, asked for by one or more nodes. */
export type Introspect = (nodes: readonly [FieldNode, ...FieldNode[]]) => unknown

/** Answers introspection from the schema itself; Apollo's planner and shaping know of no newer field than `specifiedByURL`. */
export const introspecting =
  (schema: GraphQLSchema, client: OperationDefinitionNode, variables: Data): Introspect =>
  (nodes) => {
    const used = new Set(nodes.flatMap((node) => [...variablesIn(node)]))
    const operation: OperationDefinitionNode = {
      kind: Kind.OPERATION_DEFINITION,
      operation: 'query' as OperationDefinitionNode['operation'],
      variableDefinitions: definitionsOf(client, used),
      selectionSet: { kind: Kind.SELECTION_SET, selections: nodes },
    }
    const document = { kind: Kind.DOCUMENT, definitions: [operation] } as const
    const { data, errors } = printingAll(schema, () =>
      executeSync({ schema, document, rootValue: {}, variableValues: variables }),
    )
    if (errors?.[0]) throw errors[0]
    return data?.[responseKey(nodes[0])]
  }
