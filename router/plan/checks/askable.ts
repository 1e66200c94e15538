import { baseType, type CompositeType, isCompositeType, type Subgraph } from '@apollo/federation-internals'
import { Kind, type SelectionSetNode } from 'graphql'
import { parseFieldSet } from '../nodes.ts'
import { fieldOf, narrowed } from '../schema-steps.ts'
import type { ParsedFetch } from './parsed-fetch.ts'
import { fieldsIn, type Sets, setsBelow } from './wanted.ts'

/**
 * Throws where a fetch asks its subgraph for a field that the subgraph has not. The planner takes a field that a
 * subgraph only knows from its @requires for one that it answers, where the needs of two subgraphs go in a circle. Such
 * a fetch would be refused by the subgraph, or answered wrongly.
 */
export const mustBeAskable = ({ subgraph, operation, root }: ParsedFetch): void =>
  check(subgraph, operation.selectionSet, { type: root, provided: [] })

/** `provided`: what the fields above say that they provide here. */
type Place = { type: CompositeType; provided: Sets }

function check(subgraph: Subgraph, { selections }: SelectionSetNode, { type, provided }: Place): void {
  for (const one of selections) {
    if (one.kind === Kind.INLINE_FRAGMENT) {
      const inner = narrowed(subgraph.schema, type, one)
      if (!inner) throw lacking(subgraph, one.typeCondition?.name.value)
      check(subgraph, one.selectionSet, { type: inner, provided })
    } else if (one.kind === Kind.FIELD && !one.name.value.startsWith('__')) {
      const field = fieldOf(type, one)
      const given = fieldsIn(provided).some(({ name }) => name.value === one.name.value)
      if (!field?.type || (!given && notAnswered(subgraph, field)))
        throw lacking(subgraph, `${type.name}.${one.name.value}`)
      const below = baseType(field.type)
      const inside = [...setsBelow(provided, one.name.value), ...providedBy(subgraph, field)]
      if (one.selectionSet && isCompositeType(below))
        check(subgraph, one.selectionSet, { type: below, provided: inside })
    }
  }
}

type Field = Parameters<ReturnType<Subgraph['metadata']>['isFieldFullyExternal']>[0]

const providedBy = (subgraph: Subgraph, field: Field): Sets =>
  field
    .appliedDirectivesOf(subgraph.metadata().providesDirective())
    .map((provides: { arguments(): { fields?: unknown } }) =>
      parseFieldSet(String(provides.arguments().fields)),
    )

/** Whether a subgraph knows of a field without answering it, where nothing above provides it: it is in no key either. */
function notAnswered(subgraph: Subgraph, field: Field): boolean {
  const metadata = subgraph.metadata()
  if (!metadata.isFieldExternal(field)) return false
  const keys = field.parent.appliedDirectivesOf(metadata.keyDirective())
  return !keys.some((key: { arguments(): { fields?: unknown } }) =>
    String(key.arguments().fields).split(/\W+/).includes(field.name),
  )
}

const lacking = ({ name }: Subgraph, what: string | undefined): Error =>
  new Error(`A plan that asks "${name}" for ${what}, which it has not`)
