import {
  type FieldNode,
  type GraphQLSchema,
  getNamedType,
  isInterfaceType,
  isNonNullType,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql'
import { typename } from '../nodes.ts'
import type { RequiredArguments } from '../schema/required-arguments.ts'

/** Asks the planner for the same data in a form it can plan. */
export type Lift = (operation: OperationDefinitionNode) => OperationDefinitionNode

type Lifts = {
  /** Lifts what has to be. */
  computed: Lift
  /** Lifts all that can be. */
  all: Lift
}

const asIs: Lift = (operation) => operation

/** The interface of an interface object's place, `subgraph|Interface`. */
export const typeOf = (place: string): string => place.slice(place.indexOf('|') + 1)

/**
 * Asks for a field that an interface object computes from required inputs on the interface itself, where a client
 * asks for it of one type only: for `... on Talk { banner }` beside other entity fields the planner merges two
 * fetches that depend on each other and then walks in a circle for ever. The writer still takes it of that type only.
 */
export function createLifts(
  schema: GraphQLSchema,
  { slots }: RequiredArguments,
  places: Iterable<string>,
): Lifts {
  const computed = new Set<string>()
  const interfaces = new Set<string>()
  for (const place of places) {
    interfaces.add(typeOf(place))
    for (const key of slots.keys())
      if (key.startsWith(`${place}.`)) computed.add(key.slice(key.indexOf('|') + 1))
  }
  return {
    computed: computed.size ? liftWhere(schema, (type, field) => computed.has(`${type}.${field}`)) : asIs,
    all: interfaces.size ? liftWhere(schema, (type) => interfaces.has(type)) : asIs,
  }
}

function liftWhere(schema: GraphQLSchema, wanted: (type: string, field: string) => boolean): Lift {
  return (operation) => {
    const root = schema.getRootType(operation.operation)
    return root ? { ...operation, selectionSet: lifted(operation.selectionSet, root.name) } : operation
  }

  function lifted(set: SelectionSetNode, type: string): SelectionSetNode {
    const up: FieldNode[] = []
    const rest = without(set, { base: type, type, up })
    return { ...set, selections: [...rest, ...up] }
  }
  /** What stays where it is, of the selections on an object declared as `base`. */
  function without(
    set: SelectionSetNode,
    at: { base: string; type: string; up: FieldNode[] },
  ): SelectionNode[] {
    return set.selections.flatMap((one): SelectionNode[] => {
      if (one.kind === Kind.FIELD) {
        const field = below(one, at.type)
        if (at.type === at.base || !liftable(field, at.base)) return [field]
        at.up.push(field)
        return []
      }
      if (one.kind !== Kind.INLINE_FRAGMENT) return [one]
      const type = one.typeCondition?.name.value ?? at.type
      const kept = without(one.selectionSet, { ...at, type })
      // The writer has to know the type, so it stays asked for.
      return [{ ...one, selectionSet: { ...one.selectionSet, selections: kept.length ? kept : [typename] } }]
    })
  }
  function below(field: FieldNode, type: string): FieldNode {
    const parent = schema.getType(type)
    const definition = parent && 'getFields' in parent ? parent.getFields()[field.name.value] : undefined
    if (!field.selectionSet || !definition) return field
    return { ...field, selectionSet: lifted(field.selectionSet, getNamedType(definition.type).name) }
  }
  function liftable(node: FieldNode, type: string): boolean {
    const parent = schema.getType(type)
    if (!isInterfaceType(parent) || !wanted(type, node.name.value)) return false
    const field = parent.getFields()[node.name.value]
    // A null that is not asked for must not void the object it is in.
    return field !== undefined && !isNonNullType(field.type)
  }
}
