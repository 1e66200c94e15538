import { GraphQLError, GraphQLScalarType, Kind } from 'graphql'

const shape = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)$/

function momentOf(value: unknown): Date {
  const date = typeof value === 'string' && shape.test(value) ? new Date(value) : undefined
  if (!date || Number.isNaN(date.getTime()))
    throw new GraphQLError('DateTime must be as in 2026-11-25T08:00:00Z.')
  return date
}

/** A moment: a Date inside, RFC 3339 outside. */
export const dateTime = new GraphQLScalarType<Date, string>({
  name: 'DateTime',
  serialize: (value) => (value as Date).toISOString(),
  parseValue: momentOf,
  parseLiteral: (node) => momentOf(node.kind === Kind.STRING ? node.value : undefined),
})
