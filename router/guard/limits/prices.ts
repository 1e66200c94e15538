import {
  type ArgumentNode,
  type DirectiveNode,
  type FieldNode,
  type GraphQLField,
  getNamedType,
  isCompositeType,
  isListType,
  isNonNullType,
  Kind,
  valueFromASTUntyped,
} from 'graphql'
import { exceeded } from './exceeded.ts'
import type { LimitSettings } from './settings.ts'

type Field = GraphQLField<unknown, unknown>
/** @listSize as the SDL has it. */
type ListSize = { assumedSize?: number; slicingArguments?: string[]; sizedFields?: string[] }
/** How many objects `first` asks for, of the lists right below by name. */
export type Sized = { size: number; fields: readonly string[] } | undefined

export type Prices = {
  mutation: number
  /** Of one object or value of a field. */
  weight(field: Field): number
  listSize(field: Field): ListSize
}

const slicing = ['first', 'last']
const connected = ['edges', 'nodes', 'items']

/** What the SDL says of costs: @cost and @listSize, by whichever prefix they were linked. */
export function pricesOf(): Prices {
  const weights = new Map<Field, number>()
  const sizes = new Map<Field, ListSize>()
  return {
    mutation: 10,
    weight: (field) => remembered(weights, field, () => weightOf(field)),
    listSize: (field) =>
      remembered(sizes, field, () => argumentsOf(field.astNode?.directives, 'listSize') as ListSize),
  }
}

function remembered<Value>(known: Map<Field, Value>, field: Field, make: () => Value): Value {
  const value = known.get(field) ?? make()
  known.set(field, value)
  return value
}

function weightOf(field: Field): number {
  const type = getNamedType(field.type)
  const { weight } = {
    ...argumentsOf(type.astNode?.directives, 'cost'),
    ...argumentsOf(field.astNode?.directives, 'cost'),
  }
  if (typeof weight === 'number') return weight
  return isCompositeType(type) ? 1 : 0
}

function argumentsOf(directives: readonly DirectiveNode[] = [], name: string): Record<string, unknown> {
  const found = directives.find((one) => one.name.value.replace(/^\w+__/, '') === name)
  const given = found?.arguments?.map(({ name, value }) => [name.value, valueFromASTUntyped(value)])
  return Object.fromEntries(given ?? [])
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
  for (const argument of field.args) {
    const slices = said.slicingArguments?.includes(argument.name) ?? slicing.includes(argument.name)
    if (!slices) continue
    const given = node.arguments?.find(({ name }) => name.value === argument.name)
    const value = numberOf(given, read) ?? argument.defaultValue
    if (typeof value !== 'number') continue
    if (value < 0 || value > settings.page) throw exceeded('page', settings.page)
    largest = Math.max(largest ?? 0, value)
  }
  return largest
}

function numberOf(given: ArgumentNode | undefined, read: Read): unknown {
  if (given?.value.kind === Kind.INT) return Number(given.value.value)
  return given?.value.kind === Kind.VARIABLE ? read(given.value.name.value) : undefined
}
