import { GraphQLScalarType, Kind } from 'graphql'
import { badInput } from '../errors.ts'

const shape = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)$/

// PostgreSQL knows no year 0.
const earliest = Date.parse('0001-01-01T00:00:00Z')

function momentOf(value: unknown): Date {
  const moment = new Date(typeof value === 'string' && shape.test(value) ? value : Number.NaN)
  return moment.getTime() >= earliest ? moment : new Date(Number.NaN)
}

/**
 * A moment: a Date inside, RFC 3339 outside. What is none is an invalid Date, for `momentGiven` to refuse: a scalar that
 * refuses a text of the document makes the router's own query invalid, which is told as a fault of ours.
 */
export const dateTime = new GraphQLScalarType<Date, string>({
  name: 'DateTime',
  serialize: (value) => (value as Date).toISOString(),
  parseValue: momentOf,
  parseLiteral: (node) => momentOf(node.kind === Kind.STRING ? node.value : undefined),
})

/** A moment that somebody gave, null where none. Refuses what is no moment, by the argument's name. */
export function momentGiven(field: string, given: Date | null | undefined): Date | null {
  if (given && Number.isNaN(given.getTime()))
    throw badInput({ field, message: 'must be a moment, as 2026-11-25T08:00:00Z' })
  return given ?? null
}
