import {
  baseType,
  type CompositeType,
  type FieldDefinition,
  isCompositeType,
  type Subgraph,
} from '@apollo/federation-internals'
import { Kind, type SelectionNode } from 'graphql'
import { typename } from './sdl.ts'

/** What of some selections the subgraph answers by itself. */
export function answerable(
  subgraph: Subgraph,
  selections: readonly SelectionNode[],
  type: CompositeType,
): SelectionNode[] {
  return selections.flatMap((one): SelectionNode[] => {
    if (one.kind === Kind.FRAGMENT_SPREAD) return []
    if (one.kind === Kind.INLINE_FRAGMENT) {
      const narrowed = one.typeCondition ? subgraph.schema.type(one.typeCondition.name.value) : type
      return narrowed && isCompositeType(narrowed) ? within(subgraph, one, narrowed) : []
    }
    if (one.name.value === '__typename') return [one]
    const field = type.kind === 'UnionType' ? undefined : type.field(one.name.value)
    if (!field?.type || !own(subgraph, field)) return []
    const returns = baseType(field.type)
    return isCompositeType(returns) ? within(subgraph, one, returns) : [one]
  })
}

function within<Node extends SelectionNode>(subgraph: Subgraph, node: Node, type: CompositeType): Node[] {
  const set = 'selectionSet' in node ? node.selectionSet : undefined
  const found = answerable(subgraph, set?.selections ?? [], type)
  const selections = type.kind === 'ObjectType' ? found : [typename, ...found]
  return set && found.length ? [{ ...node, selectionSet: { ...set, selections } }] : []
}

const own = (subgraph: Subgraph, field: FieldDefinition<CompositeType>): boolean =>
  !subgraph.metadata().isFieldExternal(field) &&
  !field.hasAppliedDirective(subgraph.metadata().requiresDirective())
