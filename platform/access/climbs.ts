import {
  type DocumentNode,
  type FieldNode,
  type GraphQLNamedType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isListType,
  isNonNullType,
  Kind,
  type SelectionSetNode,
} from 'graphql'
import { fragmentsOf } from '../graphql/fragments.ts'

/**
 * How many steps up its path the null of a non-null field goes, by the response keys that lead to the field. Whatever
 * stands under the same keys of a valid document is as nullable, of whichever type it is.
 */
export type Climbs = ReadonlyMap<string, number>

type Above = { keys: readonly string[]; climb: number }

/** Where in a document's answer a null may not stand. */
export function climbsOf(document: DocumentNode, schema: GraphQLSchema): Climbs {
  const climbs = new Map<string, number>()
  const fragments = fragmentsOf(document)

  function ofSet(set: SelectionSetNode, type: GraphQLNamedType | undefined, above: Above): void {
    for (const one of set.selections) {
      if (one.kind === Kind.FIELD) {
        ofField(one, type, above)
        continue
      }
      const fragment = one.kind === Kind.INLINE_FRAGMENT ? one : fragments.get(one.name.value)
      if (!fragment) continue
      const { typeCondition, selectionSet } = fragment
      ofSet(selectionSet, typeCondition ? schema.getType(typeCondition.name.value) : type, above)
    }
  }
  function ofField(
    { name, alias, selectionSet }: FieldNode,
    type: GraphQLNamedType | undefined,
    above: Above,
  ): void {
    const result = type && 'getFields' in type ? type.getFields()[name.value]?.type : undefined
    if (!result) return
    const keys = [...above.keys, (alias ?? name).value]
    const climb = isNonNullType(result) ? above.climb + 1 : 0
    if (climb > 0) climbs.set(keys.join('.'), climb)
    if (selectionSet)
      ofSet(selectionSet, getNamedType(result), { keys, climb: ofItems(result as GraphQLOutputType, climb) })
  }
  for (const one of document.definitions)
    if (one.kind === Kind.OPERATION_DEFINITION)
      ofSet(one.selectionSet, schema.getRootType(one.operation) ?? undefined, { keys: [], climb: 0 })
  return climbs
}

/** The same for what stands in a list, or in a list of lists. */
function ofItems(type: GraphQLOutputType, climb: number): number {
  const nullable = getNullableType(type)
  if (!isListType(nullable)) return climb
  return ofItems(nullable.ofType, isNonNullType(nullable.ofType) ? climb + 1 : 0)
}
