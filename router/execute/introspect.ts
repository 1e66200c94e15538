import type { FieldSelection } from '@apollo/federation-internals'
import { executeSync, type FieldNode, type GraphQLSchema, Kind, type OperationDefinitionNode } from 'graphql'
import { definitionsOf, responseKey, variablesIn } from '../plan/nodes.ts'
import type { Data } from './subgraph.ts'

/** Answers one introspection field from the schema itself. */
export function introspect(
  schema: GraphQLSchema,
  selection: FieldSelection,
  client: OperationDefinitionNode,
  variables: Data,
): unknown {
  const field = selection.expandFragments().toSelectionNode() as FieldNode
  const operation: OperationDefinitionNode = {
    kind: Kind.OPERATION_DEFINITION,
    operation: 'query' as OperationDefinitionNode['operation'],
    variableDefinitions: definitionsOf(client, variablesIn(field)),
    selectionSet: { kind: Kind.SELECTION_SET, selections: [field] },
  }
  const document = { kind: Kind.DOCUMENT, definitions: [operation] } as const
  const { data, errors } = executeSync({ schema, document, rootValue: {}, variableValues: variables })
  if (errors?.[0]) throw errors[0]
  return data?.[responseKey(field)]
}
