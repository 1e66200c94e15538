import { argumentsOf, linkedNames } from '@puchi/platform/graphql/linked-names'
import {
  type ConstDirectiveNode,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLNamedType,
  type GraphQLSchema,
  type GraphQLType,
  getNamedType,
  getNullableType,
  isAbstractType,
  isInterfaceType,
  isLeafType,
  isListType,
  isObjectType,
  Kind,
} from 'graphql'

export type Field = GraphQLField<unknown, unknown>
/** An argument, or a field of an input object. */
export type Input = { type: GraphQLInputType } & Annotated

/** @listSize as the SDL has it. A slicing argument may be a path into one, `page.first`, and a sized field one below. */
type ListSize = {
  assumedSize?: number
  slicingArguments?: string[]
  sizedFields?: string[]
  requireOneSlicingArgument?: boolean
}

/** The same of all the fields that may be meant; `one` are arguments of which exactly one is to be given. */
export type Sizes = {
  assumedSize?: number
  slicingArguments: readonly string[]
  sizedFields: readonly string[]
  one: readonly string[]
}

/** What the SDL says of a field: each object or value of it, the arguments that cost where they are given, its lists. */
export type Price = {
  weight: number
  inputs: ReadonlyMap<string, readonly GraphQLArgument[]>
  listSize: Sizes
}

export type Prices = {
  mutation: number
  of(field: Field, parent: GraphQLNamedType): Price
  /** What one object or value costs, be it of a field's type or an argument's. */
  type(type: GraphQLNamedType): number
  /** What @cost says of an argument or of a field of an input object itself. */
  own(input: Input): number | undefined
}

const features = ['cost', 'listSize'] as const

/** What the SDL says of costs: @cost and @listSize, by whichever names they were linked. */
export function pricesOf(schema: GraphQLSchema): Prices {
  const said = saidIn(schema)
  const own = remembered((of: Annotated) => weightIn(said(of, 'cost')))
  const type: Prices['type'] = remembered((one: GraphQLNamedType): number => {
    const types = isAbstractType(one) ? schema.getPossibleTypes(one) : []
    return own(one) ?? (types.length ? Math.max(...types.map(type)) : isLeafType(one) ? 0 : 1)
  })
  const costs = (one: Input) => own(one) !== undefined || type(getNamedType(one.type)) !== 0
  const prices = new Map<Field, Price>()
  const priceOf = (fields: readonly Field[]): Price => ({
    weight: Math.max(...fields.map((one) => own(one) ?? type(getNamedType(one.type)))),
    inputs: Map.groupBy(
      fields.flatMap(({ args }) => args.filter(costs)),
      ({ name }) => name,
    ),
    listSize: listSizeOf(fields, said),
  })
  return {
    mutation: 10,
    type,
    own,
    of(field, parent) {
      const price = prices.get(field) ?? priceOf(behind(schema, field, parent))
      prices.set(field, price)
      return price
    },
  }
}

function remembered<Of, Found>(find: (of: Of) => Found): (of: Of) => Found {
  const found = new Map<Of, Found>()
  return (of) => {
    if (!found.has(of)) found.set(of, find(of))
    return found.get(of) as Found
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

/** A weight is a number in Apollo's specification, and the text of one in IBM's. */
function weightIn({ weight }: Record<string, unknown>): number | undefined {
  const number = typeof weight === 'string' ? Number.parseFloat(weight) : weight
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined
}

/** A field of an interface is any of the fields of its types: only these can have a @cost. */
function behind(schema: GraphQLSchema, field: Field, parent: GraphQLNamedType): Field[] {
  const types = isInterfaceType(parent) ? schema.getPossibleTypes(parent) : []
  return [field, ...types.flatMap((type) => type.getFields()[field.name] ?? [])]
}

const slicing = ['first', 'last']
const connected = ['edges', 'nodes', 'items']

function listSizeOf(fields: readonly Field[], said: Said): Sizes {
  const sizes = fields.map((field): ListSize => said(field, 'listSize'))
  const assumed = sizes.flatMap(({ assumedSize }) => assumedSize ?? [])
  const sized = sizes.flatMap(({ sizedFields }) => sizedFields ?? [])
  const slicers = sizes.flatMap(({ slicingArguments }) => slicingArguments ?? [])
  const inner = fields.flatMap(listsIn)
  // Elsewhere `first` is a word like any other.
  const pages = inner.length > 0 || fields.some(isList)
  // Its default is true, which is seldom meant: only where it is written, a query that leaves the size open is refused.
  const one = sizes.some(({ requireOneSlicingArgument }) => requireOneSlicingArgument === true)
  return {
    slicingArguments: [...slicers, ...(pages ? slicing : [])],
    one: one ? [...new Set(slicers)] : [],
    sizedFields: sized.length ? sized : fields.some(isList) ? [] : inner,
    ...(assumed.length > 0 && { assumedSize: Math.max(...assumed) }),
  }
}

export const isList = ({ type }: { type: GraphQLType }): boolean => isListType(getNullableType(type))

/** The lists of an object: of a connection its page, else any of them may be meant. */
function listsIn(field: Field): string[] {
  const type = getNamedType(field.type)
  if (!isObjectType(type) && !isInterfaceType(type)) return []
  const lists = Object.values(type.getFields()).filter(isList)
  const page = lists.filter(({ name }) => connected.includes(name))
  return (page.length ? page : lists).map(({ name }) => name)
}
