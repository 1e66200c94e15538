import { argumentsOf, linkedNames } from '@puchi/platform/graphql/linked-names'
import {
  type ConstDirectiveNode,
  type FieldNode,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  isInputObjectType,
  isInterfaceType,
  isListType,
  isNonNullType,
  Kind,
  type ValueNode,
} from 'graphql'
import type { LimitSettings } from '../../settings/limits.ts'
import { exceeded } from './exceeded.ts'

type Field = GraphQLField<unknown, unknown>
/** @listSize as the SDL has it; a slicing argument may be a path into one, `page.first`. */
type ListSize = { assumedSize?: number; slicingArguments?: string[]; sizedFields?: string[] }
/** How many objects `first` asks for, of the lists right below by name. */
export type Sized = { size: number; fields: readonly string[] } | undefined

/** What the SDL says of a field: each object or value of it, the arguments that cost where they are given, its lists. */
export type Price = { weight: number; inputs: ReadonlyMap<string, number>; listSize: ListSize }

export type Prices = { mutation: number; of(field: Field, parent: GraphQLNamedType): Price }

const features = ['cost', 'listSize'] as const
const slicing = ['first', 'last']
const connected = ['edges', 'nodes', 'items']

/** What the SDL says of costs: @cost and @listSize, by whichever names they were linked. */
export function pricesOf(schema: GraphQLSchema): Prices {
  const prices = new Map<Field, Price>()
  const said = saidIn(schema)
  return {
    mutation: 10,
    of(field, parent) {
      const price = prices.get(field) ?? dearest(behind(schema, field, parent), said)
      prices.set(field, price)
      return price
    },
  }
}

type Annotated = { astNode?: { readonly directives?: readonly ConstDirectiveNode[] } | null | undefined }
type Said = (of: Annotated, feature: (typeof features)[number]) => Record<string, unknown>

function saidIn({ astNode: own, extensionASTNodes: more }: GraphQLSchema): Said {
  const names = linkedNames({ kind: Kind.DOCUMENT, definitions: [...(own ? [own] : []), ...more] }, features)
  return ({ astNode }, feature) => {
    const found = astNode?.directives?.find(({ name: { value } }) => (names.get(value) ?? value) === feature)
    return found ? argumentsOf(found) : {}
  }
}

/** A field of an interface is any of the fields of its types: only these can have a @cost. */
function behind(schema: GraphQLSchema, field: Field, parent: GraphQLNamedType): Field[] {
  const types = isInterfaceType(parent) ? schema.getPossibleTypes(parent) : []
  return [field, ...types.flatMap((type) => type.getFields()[field.name] ?? [])]
}

function dearest(fields: readonly Field[], said: Said): Price {
  const weights = fields.map((field) => weightOf(field, said))
  const inputs = fields.flatMap(({ args }) =>
    args.map((one): [string, number] => [one.name, ownWeight(one, said) ?? 0]),
  )
  const sizes = fields.map((field): ListSize => said(field, 'listSize'))
  const assumed = sizes.flatMap(({ assumedSize }) => assumedSize ?? [])
  const sized = sizes.flatMap(({ sizedFields }) => sizedFields ?? [])
  const listSize = {
    slicingArguments: sizes.flatMap(({ slicingArguments }) => slicingArguments ?? []),
    ...(assumed.length > 0 && { assumedSize: Math.max(...assumed) }),
    ...(sized.length > 0 && { sizedFields: sized }),
  }
  const ascending = inputs.toSorted(([, one], [, other]) => one - other)
  return { weight: Math.max(...weights), inputs: new Map(ascending), listSize }
}

const weightOf = (field: Field, said: Said): number =>
  ownWeight(field, said) ?? (isCompositeType(getNamedType(field.type)) ? 1 : 0)

/** What @cost says of a field or an argument, or of its type. */
function ownWeight(of: Field | GraphQLArgument, said: Said): number | undefined {
  const { weight } = { ...said(getNamedType(of.type), 'cost'), ...said(of, 'cost') }
  return typeof weight === 'number' ? weight : undefined
}

/** The value of a variable. */
export type Read = (name: string) => unknown

type Around = {
  field: Field
  read: Read
  settings: LimitSettings
  sized: Sized
}

/** How long a field's list is, 1 where it is none, and what its arguments say of the lists right below it. */
export function sizeOf(said: ListSize, node: FieldNode, around: Around): { list: number; asked: Sized } {
  const { field, settings, sized } = around
  const size = askedSize(said, node, around) ?? said.assumedSize
  const isList = isListType(isNonNullType(field.type) ? field.type.ofType : field.type)
  const below = said.sizedFields ?? (isList ? undefined : connected)
  const asked = size !== undefined && below ? { size, fields: below } : undefined
  if (!isList) return { list: 1, asked }
  const given = sized?.fields.includes(field.name) ? sized.size : undefined
  return { list: size ?? given ?? (isCompositeType(getNamedType(field.type)) ? settings.listSize : 1), asked }
}

function askedSize(said: ListSize, node: FieldNode, { field, read, settings }: Around): number | undefined {
  let largest: number | undefined
  for (const path of [...slicing, ...(said.slicingArguments ?? [])]) {
    const [name, ...inner] = path.split('.')
    const argument = field.args.find((one) => one.name === name)
    if (!argument) continue
    const given = node.arguments?.find((one) => one.name.value === name)
    const value = inside(argument, given && numbersIn(given.value, read), inner)
    if (typeof value !== 'number') continue
    if (value < 0 || value > settings.page) throw exceeded('page', settings.page)
    largest = Math.max(largest ?? 0, value)
  }
  return largest
}

type Input = { type: GraphQLInputType; defaultValue?: unknown }

/** The value at a path inside of an input object; what is not given is its default. */
function inside({ type, defaultValue }: Input, given: unknown, [name, ...rest]: string[]): unknown {
  const value = given ?? defaultValue
  if (name === undefined) return value
  const named = getNamedType(type)
  const field = isInputObjectType(named) ? named.getFields()[name] : undefined
  return field && inside(field, (value as Record<string, unknown> | null | undefined)?.[name], rest)
}

/** A value as far as it may hold numbers. */
function numbersIn(node: ValueNode, read: Read): unknown {
  if (node.kind === Kind.VARIABLE) return read(node.name.value)
  if (node.kind === Kind.INT) return Number(node.value)
  if (node.kind !== Kind.OBJECT) return undefined
  return Object.fromEntries(node.fields.map(({ name, value }) => [name.value, numbersIn(value, read)]))
}
