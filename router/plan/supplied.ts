import {
  baseType,
  type CompositeType,
  isCompositeType,
  type Subgraph,
  type Supergraph,
} from '@apollo/federation-internals'
import type { QueryPlanSelectionNode } from '@apollo/query-planner'
import { Kind, type SelectionSetNode } from 'graphql'
import type { Askable } from './askable.ts'
import { askedOf } from './asked.ts'
import { namesOf } from './nodes.ts'

/**
 * Refuses a plan that asks a subgraph for what it computes and does not bring what that requires. The planner makes such
 * plans where needs go in a circle: it fetches the inputs, but only after what is computed from them.
 */
export function createSupplied(supergraph: Supergraph): Askable {
  return (plan) => {
    for (const { fetch, subgraph, operation, root: type } of askedOf(supergraph, plan)) {
      const [entities] = operation.selectionSet.selections
      if (fetch.requires && entities?.kind === Kind.FIELD && entities.selectionSet)
        check(subgraph, entities.selectionSet, { type, brought: sentNames(fetch.requires) })
      else check(subgraph, operation.selectionSet, { type, brought: [] })
    }
  }
}

type Place = { type: CompositeType; brought: readonly string[] }

function check(subgraph: Subgraph, set: SelectionSetNode, { type, brought }: Place): void {
  const here = [...brought, ...askedNames(set)]
  for (const one of set.selections) {
    if (one.kind === Kind.INLINE_FRAGMENT) {
      const narrowed = one.typeCondition ? subgraph.schema.type(one.typeCondition.name.value) : type
      if (narrowed && isCompositeType(narrowed))
        check(subgraph, one.selectionSet, { type: narrowed, brought: here })
    } else if (one.kind === Kind.FIELD) {
      const field = type.kind === 'UnionType' ? undefined : type.field(one.name.value)
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
