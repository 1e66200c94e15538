import { baseType, type CompositeType, isCompositeType, type Subgraph } from '@apollo/federation-internals'
import type { QueryPlanSelectionNode } from '@apollo/query-planner'
import { type FieldNode, Kind, type SelectionSetNode } from 'graphql'
import { parseFieldSet, responseKey } from '../nodes.ts'
import { fieldOf, narrowed } from '../schema-steps.ts'
import { type ParsedFetch, selectionSetOf } from './parsed-fetch.ts'
import { fieldsIn, type Sets, setsBelow } from './wanted.ts'

/**
 * Throws where a fetch asks its subgraph for what it computes and does not bring what that requires. The planner makes
 * such plans where needs go in a circle: it fetches the inputs, but only after what is computed from them.
 */
export const mustBeSupplied = ({ fetch, subgraph, operation, root }: ParsedFetch): void =>
  check(subgraph, selectionSetOf(fetch, operation), { type: root, brought: fetch.requires ?? [], asked: [] })

type Brought = readonly QueryPlanSelectionNode[]
/** What is sent of an object, and what is asked of it beside: a subgraph may provide an input by itself. */
type Place = { type: CompositeType; brought: Brought; asked: Sets }

function check(subgraph: Subgraph, set: SelectionSetNode, { type, brought, asked }: Place): void {
  const here = { type, brought, asked: [...asked, set] }
  for (const one of set.selections) {
    if (one.kind === Kind.INLINE_FRAGMENT) {
      const inner = narrowed(subgraph.schema, type, one)
      if (inner) check(subgraph, one.selectionSet, { ...here, type: inner })
    } else if (one.kind === Kind.FIELD) {
      const field = fieldOf(type, one)
      if (!field?.type) continue
      const [requires] = field.appliedDirectivesOf(subgraph.metadata().requiresDirective())
      const missing =
        requires && missingOf(subgraph, parseFieldSet(String(requires.arguments().fields)), here)
      if (missing)
        throw new Error(`A plan that asks "${subgraph.name}" for ${field.coordinate} without ${missing}`)
      const below = baseType(field.type)
      if (one.selectionSet && isCompositeType(below))
        check(subgraph, one.selectionSet, { type: below, brought: [], asked: [] })
    }
  }
}

/** The first input that is neither brought nor the subgraph's own. */
function missingOf(
  subgraph: Subgraph,
  set: SelectionSetNode,
  place: Place,
  inside = false,
): string | undefined {
  for (const one of set.selections) {
    if (one.kind === Kind.FRAGMENT_SPREAD) continue
    if (one.kind === Kind.INLINE_FRAGMENT) {
      const type = narrowed(subgraph.schema, place.type, one) ?? place.type
      const missing = missingOf(subgraph, one.selectionSet, { ...place, type }, inside)
      if (missing) return missing
      continue
    }
    const missing = missingField(subgraph, one, place, inside)
    if (missing) return missing
  }
  return undefined
}

function missingField(subgraph: Subgraph, one: FieldNode, place: Place, inside: boolean): string | undefined {
  const name = one.name.value
  if (name === '__typename') return undefined
  const field = fieldOf(place.type, one)
  const sent = sentFields(place.brought).filter((each) => each.name === name)
  const known =
    sent.length > 0 ||
    fieldsIn(place.asked).some((each) => each.name.value === name || responseKey(each) === name) ||
    (inside && field !== undefined && !subgraph.metadata().isFieldExternal(field))
  if (!known) return name
  const below = field?.type && baseType(field.type)
  if (!one.selectionSet || !below || !isCompositeType(below)) return undefined
  const brought = sent.flatMap(({ selections = [] }) => selections)
  const inner = { type: below, brought, asked: setsBelow(place.asked, name) }
  return missingOf(subgraph, one.selectionSet, inner, true)
}

const sentFields = (selections: Brought): Extract<QueryPlanSelectionNode, { kind: 'Field' }>[] =>
  selections.flatMap((one) => (one.kind === 'Field' ? [one] : sentFields(one.selections)))
