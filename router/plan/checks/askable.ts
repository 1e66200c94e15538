import { baseType, type CompositeType, isCompositeType, type Subgraph } from '@apollo/federation-internals'
import { Kind, type SelectionSetNode } from 'graphql'
import { fieldOf, narrowed } from '../schema-steps.ts'
import type { ParsedFetch } from './parsed-fetch.ts'

/**
 * Throws where a fetch asks its subgraph for a field that the subgraph has not. The planner takes a field that a
 * subgraph only knows from its @requires for one that it answers, where the needs of two subgraphs go in a circle. Such
 * a fetch would be refused by the subgraph, or answered wrongly.
 */
export const mustBeAskable = ({ subgraph, operation, root }: ParsedFetch): void =>
  check(subgraph, operation.selectionSet, root)

function check(subgraph: Subgraph, { selections }: SelectionSetNode, type: CompositeType): void {
  for (const one of selections) {
    if (one.kind === Kind.INLINE_FRAGMENT) {
      const inner = narrowed(subgraph.schema, type, one)
      if (!inner) throw lacking(subgraph, one.typeCondition?.name.value)
      check(subgraph, one.selectionSet, inner)
    } else if (one.kind === Kind.FIELD && !one.name.value.startsWith('__')) {
      const field = fieldOf(type, one)
      if (!field?.type || onlyRequired(subgraph, field))
        throw lacking(subgraph, `${type.name}.${one.name.value}`)
      const below = baseType(field.type)
      if (one.selectionSet && isCompositeType(below)) check(subgraph, one.selectionSet, below)
    }
  }
}

type Field = Parameters<ReturnType<Subgraph['metadata']>['isFieldFullyExternal']>[0]

/** Whether a subgraph knows of a field for @requires alone: it neither provides it nor has it in a key. */
function onlyRequired(subgraph: Subgraph, field: Field): boolean {
  const metadata = subgraph.metadata()
  if (!metadata.isFieldFullyExternal(field)) return false
  const keys = field.parent.appliedDirectivesOf(metadata.keyDirective())
  return !keys.some((key: { arguments(): { fields?: unknown } }) =>
    String(key.arguments().fields).split(/\W+/).includes(field.name),
  )
}

const lacking = ({ name }: Subgraph, what: string | undefined): Error =>
  new Error(`A plan that asks "${name}" for ${what}, which it has not`)
