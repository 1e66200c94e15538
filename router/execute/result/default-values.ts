import { type GraphQLSchema, isScalarType, isSpecifiedScalarType, Kind, print, type ValueNode } from 'graphql'
import { nameNode } from '../../plan/nodes.ts'

/**
 * Runs introspection of a schema whose own scalars have defaults that graphql-js cannot print, `{ a: 1 }` or `[]`: it
 * would answer nothing at all. They go through it as marked strings.
 */
export function printingAll<Result>(schema: GraphQLSchema, run: () => Result): Result {
  const own = Object.values(schema.getTypeMap()).filter(
    (type) => isScalarType(type) && !isSpecifiedScalarType(type),
  ) as { serialize(value: unknown): unknown }[]
  let marked = false
  const before = own.map(({ serialize }) => serialize)
  for (const scalar of own)
    scalar.serialize = (value) => {
      if (typeof value !== 'object' || value === null) return value
      marked = true
      return mark + print(nodeOf(value))
    }
  try {
    const result = run()
    return marked ? (unmarked(result) as Result) : result
  } finally {
    for (const [index, serialize] of before.entries()) Object.assign(own[index] ?? {}, { serialize })
  }
}

const mark = '\u0000'
const marked = /"\\u0000((?:[^"\\]|\\.)*)"/g

function unmarked(value: unknown): unknown {
  if (typeof value === 'string') return value.replace(marked, (_, text) => JSON.parse(`"${text}"`))
  if (Array.isArray(value)) return value.map(unmarked)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, unmarked(one)]))
}

/** What came out of JSON, as GraphQL. */
function nodeOf(value: unknown): ValueNode {
  if (Array.isArray(value)) return { kind: Kind.LIST, values: value.map(nodeOf) }
  if (typeof value === 'string') return { kind: Kind.STRING, value }
  if (typeof value === 'boolean') return { kind: Kind.BOOLEAN, value }
  if (typeof value === 'number')
    return { kind: Number.isInteger(value) ? Kind.INT : Kind.FLOAT, value: String(value) }
  if (typeof value !== 'object' || value === null) return { kind: Kind.NULL }
  const fields = Object.entries(value).map(
    ([key, one]) => ({ kind: Kind.OBJECT_FIELD, name: nameNode(key), value: nodeOf(one) }) as const,
  )
  return { kind: Kind.OBJECT, fields }
}
