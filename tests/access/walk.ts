import {
  type GraphQLField,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  isObjectType,
  isRequiredArgument,
} from 'graphql'

type Arguments = Record<string, string>
type Fields = Record<string, GraphQLField<unknown, unknown>>
type Json = Record<string, unknown>

export const fieldsOf = (schema: GraphQLSchema, name: string): Fields => {
  const type = schema.getType(name)
  return isObjectType(type) ? type.getFields() : {}
}

/** Every field of a type down to its leaves, and through up to `people` users inside each other. */
export function everythingOf(
  schema: GraphQLSchema,
  args: Arguments,
  { type, people = 2 }: { type: string; people?: number },
): string {
  const left = type === 'User' ? people - 1 : people
  const selections = Object.values(fieldsOf(schema, type)).flatMap((field) => {
    const asked = `${field.name}${argumentsFor(`${type}.${field.name}`, field, args)}`
    const inner = getNamedType(field.type).name
    if (!isObjectType(schema.getType(inner))) return [asked]
    if (inner === 'User' && left === 0) return []
    const below = everythingOf(schema, args, { type: inner, people: left })
    return below === '' ? [] : [`${asked} ${below}`]
  })
  return selections.length === 0 ? '' : `{ ${selections.join(' ')} }`
}

/** A root field with everything below it. */
export function wholeRoot(
  schema: GraphQLSchema,
  args: Arguments,
  coordinate: string,
  given?: string,
): string {
  const [root = '', name = ''] = coordinate.split('.')
  const field = fieldsOf(schema, root)[name]
  if (!field) throw new Error(`there is no ${coordinate}`)
  const below = everythingOf(schema, args, { type: getNamedType(field.type).name })
  return `${root.toLowerCase()} { ${name}${given ?? argumentsFor(coordinate, field, args)} ${below} }`
}

function argumentsFor(coordinate: string, field: GraphQLField<unknown, unknown>, args: Arguments): string {
  const given = args[coordinate]
  if (given !== undefined) return given
  if (field.args.some(isRequiredArgument))
    throw new Error(`${coordinate} is new: say in the test what it is asked with`)
  return ''
}

export type Visit = {
  /** Told of each field of an answer, of a user's too. */
  field?(coordinate: string, value: unknown): void
  /** Told of each user, and of the field or root that named them. */
  user(user: Json, via: string): void
}

/** Goes through an answer along its types. */
export function walkAnswer(
  schema: GraphQLSchema,
  visit: Visit,
  at: { value: unknown; type: GraphQLOutputType; via: string },
): void {
  const { value, type, via } = at
  if (Array.isArray(value)) {
    for (const item of value) walkAnswer(schema, visit, { ...at, value: item })
    return
  }
  const { name } = getNamedType(type)
  if (typeof value !== 'object' || value === null || !isObjectType(schema.getType(name))) return
  if (name === 'User') visit.user(value as Json, via)
  for (const [key, inner] of Object.entries(value)) {
    const field = fieldsOf(schema, name)[key]
    if (!field) throw new Error(`${name} has no ${key}`)
    visit.field?.(`${name}.${key}`, inner)
    const next = /Connection$|Edge$/.test(name) ? via : `${name}.${key}`
    walkAnswer(schema, visit, { value: inner, type: field.type, via: next })
  }
}

/** Every field that can be reached from a root. */
export function reachable(schema: GraphQLSchema): string[] {
  const found = new Set<string>()
  const follow = (name: string): void => {
    for (const field of Object.values(fieldsOf(schema, name))) {
      if (found.has(`${name}.${field.name}`)) continue
      found.add(`${name}.${field.name}`)
      follow(getNamedType(field.type).name)
    }
  }
  for (const root of ['Query', 'Mutation', 'Subscription']) follow(root)
  return [...found]
}
