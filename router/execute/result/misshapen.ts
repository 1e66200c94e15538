import {
  isCompositeType,
  isListType,
  isNonNullType,
  type SelectionSet,
  type Type,
} from '@apollo/federation-internals'
import { GraphQLError } from 'graphql'
import { type Data, isObject } from '../subgraph.ts'

type Path = readonly (string | number)[]
type Place = { type: Type; set: SelectionSet | undefined; path: Path; name: string }

/**
 * Puts null where a subgraph answered no list, or no object, although the schema has one there: Apollo's result shaping
 * takes either as it is told, and throws. Returns an error for each place.
 */
export function dropMisshapen(set: SelectionSet, data: Data): GraphQLError[] {
  const errors: GraphQLError[] = []

  function inObject(selections: SelectionSet, object: Data, path: Path): void {
    for (const one of selections.selections())
      if (one.kind !== 'FieldSelection') inObject(one.selectionSet, object, path)
      else {
        const { definition } = one.element
        const key = one.element.responseName()
        if (definition.isSchemaIntrospectionField() || !Object.hasOwn(object, key)) continue
        const place = { type: definition.type as Type, set: one.selectionSet, path: [...path, key] }
        object[key] = fitting(object[key], { ...place, name: definition.coordinate })
      }
  }
  function fitting(value: unknown, { type, ...place }: Place): unknown {
    if (value === null || value === undefined) return value
    if (isNonNullType(type)) return fitting(value, { ...place, type: type.ofType })
    const isList = isListType(type)
    if (isList && Array.isArray(value))
      return value.map((one, at) => fitting(one, { ...place, type: type.ofType, path: [...place.path, at] }))
    const isLeaf = !isList && !isCompositeType(type)
    if (!isLeaf && (isList || Array.isArray(value) || !isObject(value))) {
      const extensions = { code: 'INVALID_GRAPHQL' }
      errors.push(
        new GraphQLError(`Invalid value found for field ${place.name}.`, { path: place.path, extensions }),
      )
      return null
    }
    if (place.set && isObject(value)) inObject(place.set, value, place.path)
    return value
  }

  inObject(set, data, [])
  return errors
}
