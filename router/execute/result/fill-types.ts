import {
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  isInterfaceType,
  isObjectType,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql'
import type { ClientNames } from '../../plan/client-names.ts'
import { type Data, isObject } from '../subgraph.ts'
import { type Composite, collectFields } from './collect.ts'

/**
 * Writes each object's type into an answer where the schema alone tells it, for Apollo's result shaping: neither the
 * planner nor we ask for it where the fields of a fragment stand without their fragment, and it would leave them out.
 */
export function fillTypes(
  schema: GraphQLSchema,
  { operation, names }: { operation: OperationDefinitionNode; names: ClientNames },
  data: Data,
): void {
  const root = schema.getRootType(operation.operation)
  if (root) below(root, [operation.selectionSet], data)

  function below(type: Composite, sets: readonly SelectionSetNode[], object: Data): void {
    for (const nodes of collectFields(schema, type, sets).values()) {
      const [{ name }] = nodes
      const field = type.getFields()[name.value]
      const inner = nodes.flatMap(({ selectionSet }) => selectionSet ?? [])
      if (field && inner.length) fill(field.type, inner, object[names.inner(nodes[0])])
    }
  }
  function fill(declared: GraphQLOutputType, sets: readonly SelectionSetNode[], value: unknown): void {
    if (!isObject(value)) return
    if (Array.isArray(value)) {
      for (const one of value) fill(declared, sets, one)
      return
    }
    const type = getNamedType(declared)
    if (isObjectType(type)) value['__typename'] ??= type.name
    const actual = schema.getType(String(value['__typename'] ?? type))
    if (isObjectType(actual) || isInterfaceType(actual)) below(actual, sets, value)
  }
}
