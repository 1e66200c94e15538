import {
  type FieldNode,
  type GraphQLInterfaceType,
  type GraphQLObjectType,
  type GraphQLSchema,
  Kind,
  type SelectionSetNode,
} from 'graphql'
import { meets } from '../../plan/checks/shape.ts'
import { isPlaceholder } from '../../plan/conditions.ts'
import { responseKey } from '../../plan/nodes.ts'

/** A type that fields are collected for; an interface, where an interface object never learnt its type. */
export type Composite = GraphQLObjectType | GraphQLInterfaceType

type Fields = Map<string, [FieldNode, ...FieldNode[]]>

/** The fields of an object in the order of the specification (CollectFields), each with all its nodes. */
export function collectFields(
  schema: GraphQLSchema,
  type: Composite,
  sets: readonly SelectionSetNode[],
  fields: Fields = new Map(),
): Fields {
  for (const one of sets.flatMap(({ selections }) => selections)) {
    if (one.kind === Kind.INLINE_FRAGMENT) {
      const condition = one.typeCondition?.name.value
      if (!condition || meets(schema, type.name, condition))
        collectFields(schema, type, [one.selectionSet], fields)
    } else if (one.kind === Kind.FIELD && !isPlaceholder(one)) {
      const key = responseKey(one)
      const before = fields.get(key)
      if (before) before.push(one)
      else fields.set(key, [one])
    }
  }
  return fields
}
