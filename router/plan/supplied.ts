import { baseType, type CompositeType, isCompositeType, type Subgraph } from '@apollo/federation-internals'
import type { QueryPlanSelectionNode } from '@apollo/query-planner'
import { Kind, type SelectionSetNode } from 'graphql'
import { namesOf } from './nodes.ts'
import { type ParsedFetch, selectionSetOf } from './parsed-fetch.ts'
import { fieldOf, narrowed } from './schema-steps.ts'

/**
 * Throws where a fetch asks its subgraph for what it computes and does not bring what that requires. The planner makes
 * such plans where needs go in a circle: it fetches the inputs, but only after what is computed from them.
 */
export const mustBeSupplied = ({ fetch, subgraph, operation, root }: ParsedFetch): void =>
  check(subgraph, selectionSetOf(fetch, operation), { type: root, brought: sentNames(fetch.requires ?? []) })

type Place = { type: CompositeType; brought: readonly string[] }

function check(subgraph: Subgraph, set: SelectionSetNode, { type, brought }: Place): void {
  const here = [...brought, ...askedNames(set)]
  for (const one of set.selections) {
    if (one.kind === Kind.INLINE_FRAGMENT) {
      const inner = narrowed(subgraph.schema, type, one)
      if (inner) check(subgraph, one.selectionSet, { type: inner, brought: here })
    } else if (one.kind === Kind.FIELD) {
      const field = fieldOf(type, one)
      if (!field?.type) continue
      const [requires] = field.appliedDirectivesOf(subgraph.metadata().requiresDirective())
      const missing = namesOf(String(requires?.arguments().fields ?? '')).find((name) => !here.includes(name))
      if (missing)
        throw new Error(`A plan that asks "${subgraph.name}" for ${field.coordinate} without ${missing}`)
      const below = baseType(field.type)
      if (one.selectionSet && isCompositeType(below))
        check(subgraph, one.selectionSet, { type: below, brought: [] })
    }
  }
}

/** What is asked for beside: a subgraph may provide an input by itself. */
const askedNames = ({ selections }: SelectionSetNode): string[] =>
  selections.flatMap((one) => (one.kind === Kind.FIELD ? [one.name.value] : []))

const sentNames = (selections: readonly QueryPlanSelectionNode[]): string[] =>
  selections.flatMap((one) => (one.kind === 'Field' ? [one.name] : sentNames(one.selections)))
