import {
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isRequiredArgument,
  isRequiredInputField,
} from 'graphql'

/** One place of an operation where a client's value goes. */
export type Slot = {
  /** `Mutation.updateProfile input.bio` */
  name: string
  root: 'Query' | 'Mutation' | 'Subscription'
  /** The last name of its path, `bio`. */
  field: string
  asked(value: unknown): { query: string; variables: Record<string, unknown> }
}

type Samples = Record<string, unknown>
type Field = GraphQLField<unknown, unknown>

const bare = (type: GraphQLInputType): GraphQLInputType =>
  isNonNullType(type) || isListType(type) ? bare(type.ofType) : type

/** The paths from an argument to each value that is no object. */
function pathsIn(type: GraphQLInputType, name: string): string[][] {
  const inner = bare(type)
  if (!isInputObjectType(inner)) return [[name]]
  return Object.values(inner.getFields()).flatMap((field) =>
    pathsIn(field.type, field.name).map((path) => [name, ...path]),
  )
}

/** The least that may be given where a value is demanded; along `path` it is given anyway, and ends in `value`. */
function valueFor(
  type: GraphQLInputType,
  name: string,
  samples: Samples,
  path: string[],
  value: unknown,
): unknown {
  const inner = bare(type)
  if (path.length === 1) return value
  if (!isInputObjectType(inner)) return samples[name] ?? (isEnumType(inner) ? inner.getValues()[0]?.name : 1)
  const next = path[1]
  const given = Object.values(inner.getFields()).filter(
    (field) => isRequiredInputField(field) || field.name === next,
  )
  return Object.fromEntries(
    given.map((field) => [
      field.name,
      valueFor(field.type, field.name, samples, field.name === next ? path.slice(1) : [], value),
    ]),
  )
}

type Place = { root: Slot['root']; type: string; field: Field; around(text: string): string }

function slotsOf({ root, type, field, around }: Place, samples: Samples, select: string): Slot[] {
  const declared = field.args.map((arg) => `$${arg.name}: ${arg.type}`).join(', ')
  const passed = field.args.map(({ name }) => `${name}: $${name}`).join(', ')
  const selection = isCompositeType(getNamedType(field.type)) ? `{ __typename ${select} }` : ''
  const query = `${root.toLowerCase()}(${declared}) { ${around(`${field.name}(${passed}) ${selection}`)} }`
  return field.args.flatMap((target) =>
    pathsIn(target.type, target.name).map((path) => ({
      name: `${type}.${field.name} ${path.join('.')}`,
      root,
      field: path.at(-1) ?? '',
      asked: (value) => {
        const given = field.args.filter((arg) => isRequiredArgument(arg) || arg === target)
        const entry = (arg: (typeof given)[number]) =>
          valueFor(arg.type, arg.name, samples, arg === target ? path : [], value)
        return { query, variables: Object.fromEntries(given.map((arg) => [arg.name, entry(arg)])) }
      },
    })),
  )
}

/**
 * Every value of every argument of a subgraph's operations, those of a signed-in user's own fields too. `samples` are
 * what arguments are given by name where they are demanded and not meant.
 */
export function argumentSlots(schema: GraphQLSchema, samples: Samples, selectUser: string): Slot[] {
  const roots = (['Query', 'Mutation', 'Subscription'] as const).flatMap((root) =>
    Object.values(
      schema.getType(root) ? (schema.getRootType(root.toLowerCase() as never)?.getFields() ?? {}) : {},
    )
      .filter(({ name }) => !name.startsWith('_'))
      .flatMap((field) => {
        const payload = getNamedType(field.type)
        const hasUser = root === 'Mutation' && 'getFields' in payload && 'user' in payload.getFields()
        return slotsOf(
          { root, type: root, field, around: (text) => text },
          samples,
          hasUser ? `user { ${selectUser} }` : '',
        )
      }),
  )
  const user = schema.getType('User')
  const own = user && 'getFields' in user ? (Object.values(user.getFields()) as Field[]) : []
  const nested = own.flatMap((field) =>
    slotsOf({ root: 'Query', type: 'User', field, around: (text) => `me { ${text} }` }, samples, ''),
  )
  return [...roots, ...nested]
}
