import { type FieldNode, Kind, type SelectionSetNode } from 'graphql'
import { responseKey } from '../nodes.ts'

/** What an operation asks of the objects at some place. */
export type Sets = readonly SelectionSetNode[]

/** Every field in some selections, under whatever type. */
export const fieldsIn = (sets: Sets): FieldNode[] =>
  sets.flatMap(({ selections }) =>
    selections.flatMap((one) =>
      one.kind === Kind.FIELD ? [one] : one.kind === Kind.INLINE_FRAGMENT ? fieldsIn([one.selectionSet]) : [],
    ),
  )

export const setsBelow = (sets: Sets, key: string): SelectionSetNode[] =>
  fieldsIn(sets).flatMap((one) => (responseKey(one) === key && one.selectionSet ? [one.selectionSet] : []))

export const setsAt = (sets: Sets, path: readonly (string | number)[]): Sets =>
  path.reduce((found: Sets, key) => (key === '@' ? found : setsBelow(found, String(key))), sets)
