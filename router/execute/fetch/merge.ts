import { type GraphQLSchema, isInterfaceType } from 'graphql'
import { type Data, isObject } from '../data.ts'

/**
 * Merges one answer into what is known already, object by object and element by element. A null takes no object away
 * that somebody else has answered, whoever came first: the one whose database is away would. Nor does an interface object,
 * which calls each object by the interface's name, take away a type's name.
 */
export function merge(into: Data, from: Data, schema: GraphQLSchema): void {
  for (const key in from) {
    // Reading or writing it would reach the prototype of every object.
    if (key === '__proto__') continue
    const value = from[key]
    const known = into[key]
    if (isObject(value) && isObject(known)) mergeValues(known, value, schema)
    else if (key === '__typename' && vaguer(value, known, schema)) continue
    else if (value !== undefined && !takesAway(value, known)) into[key] = value
  }
}

function mergeValues(into: Data, from: Data, schema: GraphQLSchema): void {
  if (!Array.isArray(into) || !Array.isArray(from)) {
    merge(into, from, schema)
    return
  }
  for (let index = 0; index < from.length; index++) {
    const value = from[index]
    const known = into[index]
    if (isObject(value) && isObject(known)) mergeValues(known, value, schema)
    else if (!takesAway(value, known)) into[index] = value
  }
}

const takesAway = (value: unknown, known: unknown): boolean => value === null && isObject(known)

const vaguer = (value: unknown, known: unknown, schema: GraphQLSchema): boolean =>
  known !== undefined &&
  known !== value &&
  isInterfaceType(schema.getType(String(value))) &&
  !isInterfaceType(schema.getType(String(known)))
