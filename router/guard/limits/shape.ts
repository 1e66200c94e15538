import { Refusal } from '@puchi/platform/errors'
import { fragmentsOf } from '@puchi/platform/graphql/fragments'
import {
  type DefinitionNode,
  type DocumentNode,
  type FieldNode,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql'
import type { LimitSettings } from '../../settings/limits.ts'
import { demand } from './exceeded.ts'

const everything = [
  'depth',
  'introspection',
  'aliases',
  'rootFields',
  'directives',
  'fragments',
  'fields',
] as const

/** What a selection comes to with its fragments written out, by the name of its limit. */
export type Shape = Record<(typeof everything)[number], number>

const nothing = Object.fromEntries(everything.map((name) => [name, 0])) as Shape

// How deep a fragment stands is for the operation that spreads it; the introspection query's own are deep.
const multiplied: readonly (keyof Shape)[] = ['aliases', 'directives', 'fragments', 'fields']

/**
 * Refuses a document of which some operation or fragment, used or not, exceeds a limit: the validation after it is no
 * longer linear. Each fragment is measured once, however often it is spread.
 */
export function judgeShape(document: DocumentNode, settings: LimitSettings): void {
  const measure = shapesOf(document)
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION && definition.kind !== Kind.FRAGMENT_DEFINITION)
      continue
    const shape = measure(definition)
    const limits = definition.kind === Kind.FRAGMENT_DEFINITION ? multiplied : everything
    for (const limit of limits) demand(settings, limit, shape[limit])
  }
}

type Measured = Extract<DefinitionNode, { selectionSet: SelectionSetNode }>

function shapesOf(document: DocumentNode): (definition: Measured) => Shape {
  const fragments = fragmentsOf(document)
  const shapes = new Map<Measured, Shape | null>()

  function ofDefinition(definition: Measured): Shape {
    const known = shapes.get(definition)
    if (known) return known
    if (known === null) throw new Refusal('GRAPHQL_VALIDATION_FAILED', 'A fragment may not spread itself.')
    shapes.set(definition, null)
    const inner = ofSet(definition.selectionSet)
    const shape = { ...inner, directives: inner.directives + (definition.directives?.length ?? 0) }
    shapes.set(definition, shape)
    return shape
  }
  const ofSet = (set: SelectionSetNode | undefined): Shape => {
    const sum = { ...nothing }
    for (const one of set?.selections ?? []) add(sum, ofSelection(one))
    return sum
  }
  function ofSelection(one: SelectionNode): Shape {
    const own = one.directives?.length ?? 0
    if (one.kind === Kind.FIELD) return ofField(one, ofSet(one.selectionSet), own)
    if (one.kind === Kind.INLINE_FRAGMENT) {
      const inner = ofSet(one.selectionSet)
      return { ...inner, directives: inner.directives + own }
    }
    const fragment = fragments.get(one.name.value)
    const inner = fragment ? ofDefinition(fragment) : nothing
    return { ...inner, directives: inner.directives + own, fragments: inner.fragments + 1 }
  }
  return ofDefinition
}

function ofField({ name, alias }: FieldNode, inner: Shape, directives: number): Shape {
  const introspects = name.value === '__schema' || name.value === '__type'
  return {
    depth: introspects ? 0 : inner.depth + 1,
    introspection: introspects ? inner.depth + 1 : inner.introspection,
    aliases: inner.aliases + (alias ? 1 : 0),
    rootFields: 1,
    directives: inner.directives + directives,
    fragments: inner.fragments,
    fields: inner.fields + 1,
  }
}

function add(sum: Shape, one: Shape): void {
  sum.depth = Math.max(sum.depth, one.depth)
  sum.introspection = Math.max(sum.introspection, one.introspection)
  sum.aliases += one.aliases
  sum.rootFields += one.rootFields
  sum.directives += one.directives
  sum.fragments += one.fragments
  sum.fields += one.fields
}
