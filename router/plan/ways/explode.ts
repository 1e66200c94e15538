import {
  type DocumentNode,
  type FieldNode,
  type GraphQLSchema,
  getNamedType,
  isInterfaceType,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql'
import { nameNode, operationOf } from '../nodes.ts'

/** More fields than that, and planning them takes longer than anybody waits. */
const most = 2_000

/**
 * The same document with each field of an interface asked for type by type; undefined where that changes nothing or makes
 * too much of it. The planner finds no way to a field of an interface that one subgraph lacks and another has for
 * some of the types alone, although there is one for each type.
 */
export function explode(document: DocumentNode, schema: GraphQLSchema): DocumentNode | undefined {
  const operation = operationOf(document)
  const root = schema.getRootType(operation.operation)
  let exploded = false
  let left = most
  const inside = (set: SelectionSetNode, type: string): SelectionSetNode => ({
    ...set,
    selections: set.selections.flatMap((one): SelectionNode[] => {
      if (one.kind === Kind.FRAGMENT_SPREAD) return [one]
      if (one.kind === Kind.FIELD) return field(one, type)
      return [{ ...one, selectionSet: inside(one.selectionSet, one.typeCondition?.name.value ?? type) }]
    }),
  })
  function field(one: FieldNode, type: string): SelectionNode[] {
    left -= 1
    const parent = schema.getType(type)
    if (left < 0 || one.name.value.startsWith('__') || !parent || !('getFields' in parent)) return [one]
    const types = isInterfaceType(parent) ? schema.getPossibleTypes(parent) : []
    exploded ||= types.length > 0
    if (types.length > 0) return types.map(({ name }) => fragment(name, field(one, name)))
    const returns = parent.getFields()[one.name.value]?.type
    if (!one.selectionSet || !returns) return [one]
    return [{ ...one, selectionSet: inside(one.selectionSet, getNamedType(returns).name) }]
  }
  if (!root) return undefined
  const selectionSet = inside(operation.selectionSet, root.name)
  return exploded && left >= 0 ? { ...document, definitions: [{ ...operation, selectionSet }] } : undefined
}

/** Selections on objects of one type. */
export const fragment = (type: string, selections: readonly SelectionNode[]): SelectionNode => ({
  kind: Kind.INLINE_FRAGMENT,
  typeCondition: { kind: Kind.NAMED_TYPE, name: nameNode(type) },
  selectionSet: { kind: Kind.SELECTION_SET, selections },
})
