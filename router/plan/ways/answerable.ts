import {
  baseType,
  type CompositeType,
  type FieldDefinition,
  isCompositeType,
  possibleRuntimeTypes,
  type Subgraph,
} from '@apollo/federation-internals'
import { type FieldNode, Kind, type SelectionNode } from 'graphql'
import { parseFieldSet, responseKey, typename } from '../nodes.ts'
import { fieldOf, narrowed } from '../schema-steps.ts'
import { keyOf, type Late, listsOf } from './late-fetch.ts'

/** A subgraph that is asked, those that may add to what it says, and what they are to add. */
export type Reach = { subgraph: Subgraph; others: readonly Subgraph[]; later: Late[] }

type Place = { type: CompositeType; path: readonly string[] }

/** What of some selections the subgraph answers by itself, with the keys for what another answers. */
export function answerable(
  reach: Reach,
  selections: readonly SelectionNode[],
  { type, path }: Place,
): SelectionNode[] {
  const { subgraph } = reach
  const rest: FieldNode[] = []
  const found = selections.flatMap((one): SelectionNode[] => {
    if (one.kind === Kind.FRAGMENT_SPREAD) return []
    if (one.kind === Kind.INLINE_FRAGMENT) {
      const inner = narrowed(subgraph.schema, type, one)
      return inner && meet(inner, type) ? within(reach, one, { type: inner, path }) : []
    }
    if (one.name.value === '__typename') return [one]
    const field = fieldOf(type, one)
    if (!field?.type || !own(subgraph, field)) {
      rest.push(one)
      return []
    }
    const returns = baseType(field.type)
    const below = [...path, responseKey(one), ...listsOf(field.type)]
    return isCompositeType(returns) ? within(reach, one, { type: returns, path: below }) : [one]
  })
  return [...found, ...keysFor(reach, rest, { type, path })]
}

/** Whether an object may be of both types; a subgraph refuses a fragment that never applies. */
const meet = (one: CompositeType, other: CompositeType): boolean =>
  possibleRuntimeTypes(one).some((type) => possibleRuntimeTypes(other).includes(type))

function within<Node extends SelectionNode>(reach: Reach, node: Node, place: Place): Node[] {
  const set = 'selectionSet' in node ? node.selectionSet : undefined
  const found = answerable(reach, set?.selections ?? [], place)
  const selections = place.type.kind === 'ObjectType' ? found : [typename, ...found]
  return set && found.length ? [{ ...node, selectionSet: { ...set, selections } }] : []
}

const own = (subgraph: Subgraph, field: FieldDefinition<CompositeType>): boolean =>
  !subgraph.metadata().isFieldExternal(field) &&
  !field.hasAppliedDirective(subgraph.metadata().requiresDirective())

/** Notes which other subgraph answers what is left of an entity, and returns the key that it needs. */
function keysFor(reach: Reach, rest: readonly FieldNode[], { type, path }: Place): SelectionNode[] {
  if (!rest.length || type.kind !== 'ObjectType') return []
  for (const subgraph of reach.others) {
    const there = subgraph.schema.type(type.name)
    const key = there?.kind === 'ObjectType' ? keyOf({ subgraph, type: there }) : undefined
    if (there?.kind !== 'ObjectType' || !key) continue
    const alone = { others: [], later: [] }
    const { selections } = parseFieldSet(key)
    const known = answerable({ ...alone, subgraph: reach.subgraph }, selections, { type, path })
    const fields = answerable({ ...alone, subgraph }, rest, { type: there, path })
    if (known.length < selections.length || !fields.length) continue
    reach.later.push({ subgraph, type, fields, selections: [typename, ...selections], path })
    return [typename, ...selections]
  }
  return []
}
