import { Refusal } from '@puchi/platform/errors'
import {
  type FieldNode,
  type GraphQLInputType,
  getNamedType,
  isCompositeType,
  isInputObjectType,
} from 'graphql'
import type { LimitSettings } from '../../settings/limits.ts'
import { exceeded } from './exceeded.ts'
import { given, type Read } from './inputs.ts'
import { type Field, isList, type Sizes } from './prices.ts'

/** How many objects `first` asks for, of the lists below by their names or paths. */
export type Sized = { size: number; fields: readonly string[] } | undefined

type Around = {
  field: Field
  read: Read
  settings: LimitSettings
  sized: Sized
}

/** How long a field's list is, 1 where it is none, and what its arguments say of the lists below it. */
export function sizeOf(said: Sizes, node: FieldNode, around: Around): { list: number; asked: Sized } {
  const { field, settings, sized } = around
  if (said.one.length) demandOne(said.one, node, around)
  const size = askedSize(said, node, around) ?? said.assumedSize
  const { sizedFields: fields } = said
  const asked = size !== undefined && fields.length ? { size, fields } : through(sized, field)
  if (!isList(field)) return { list: 1, asked }
  const told = sized?.fields.includes(field.name) ? sized.size : undefined
  return { list: size ?? told ?? (isCompositeType(getNamedType(field.type)) ? settings.listSize : 1), asked }
}

/** What is left of the paths that lead through a field. */
function through(sized: Sized, { name }: Field): Sized {
  const fields = sized?.fields.flatMap((path) =>
    path.startsWith(`${name}.`) ? path.slice(name.length + 1) : [],
  )
  return sized && fields?.length ? { size: sized.size, fields } : undefined
}

function askedSize(said: Sizes, node: FieldNode, around: Around): number | undefined {
  let largest: number | undefined
  for (const path of said.slicingArguments) {
    const value = slicer(path, node, around, true)
    const size = Array.isArray(value) ? value.length : value
    if (typeof size !== 'number') continue
    if (size < 0 || (size > around.settings.page && size === value))
      throw exceeded('page', around.settings.page)
    largest = Math.max(largest ?? 0, size)
  }
  return largest
}

/** Refuses a field that is asked for without the one argument that says how long its list is, or with more. */
function demandOne(slicers: readonly string[], node: FieldNode, around: Around): void {
  const valued = (defaults: boolean) =>
    slicers.filter((path) => slicer(path, node, around, defaults) != null).length
  if (valued(false) > 1 || valued(true) === 0)
    throw new Refusal(
      'LIMIT_EXCEEDED',
      `Exactly one argument of ${slicers.join(', ')} is to be given at ${around.field.name}.`,
      { limit: 'slicing' },
    )
}

/** The value of a slicing argument, or of what is at its path inside of it. */
function slicer(path: string, node: FieldNode, { field, read }: Around, defaults: boolean): unknown {
  const [name, ...inner] = path.split('.')
  const argument = field.args.find((one) => one.name === name)
  const found = node.arguments?.find((one) => one.name.value === name)
  return argument && inside(argument, found && given(found.value, read), inner, defaults)
}

type Input = { type: GraphQLInputType; defaultValue?: unknown }

function inside({ type, defaultValue }: Input, value: unknown, path: string[], defaults: boolean): unknown {
  const [name, ...rest] = path
  const own = value ?? (defaults ? defaultValue : undefined)
  // One value for a list is a list of one.
  if (name === undefined) return own != null && !Array.isArray(own) && isList({ type }) ? [own] : own
  const named = getNamedType(type)
  const field = isInputObjectType(named) ? named.getFields()[name] : undefined
  return field && inside(field, (own as Record<string, unknown> | null | undefined)?.[name], rest, defaults)
}
