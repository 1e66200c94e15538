import { type ConstDirectiveNode, Kind, type SelectionSetNode } from 'graphql'
import { parseFieldSet } from '../nodes.ts'
import {
  argumentOf,
  baseTypeOf,
  type Composite,
  directivesOf,
  type SupergraphSdl,
  textOf,
  without,
} from './sdl.ts'

const entered = ['requires', 'contextArguments']

/** Whether the planner must come back to the subgraph with a key to resolve something of this type there. */
const comesBack = (type: Composite, graph: string): boolean =>
  type.fields.some((field) =>
    directivesOf(field, 'join__field').some(
      (join) =>
        argumentOf(join, 'graph') === graph &&
        join.arguments?.some((one) => entered.includes(one.name.value)),
    ),
  )

function selectsExternal(
  supergraph: SupergraphSdl,
  type: string,
  set: SelectionSetNode,
  graph: string,
): boolean {
  return set.selections.some((one) => {
    if (one.kind === Kind.FRAGMENT_SPREAD) return false
    if (one.kind === Kind.INLINE_FRAGMENT)
      return selectsExternal(supergraph, one.typeCondition?.name.value ?? type, one.selectionSet, graph)
    const field = supergraph.field(type, one.name.value)
    const external = directivesOf(field, 'join__field').some(
      (join) => argumentOf(join, 'external') && argumentOf(join, 'graph') === graph,
    )
    if (external || !field || !one.selectionSet) return external
    return selectsExternal(supergraph, baseTypeOf(field.type), one.selectionSet, graph)
  })
}

/**
 * Drops `resolvable: false` keys where the type has @requires or @fromContext in that subgraph: the planner takes
 * such a key for the way back in, and the subgraph cannot answer it. Returns what can no longer be planned at all.
 */
export function dropUnresolvableKeys(supergraph: SupergraphSdl): string[] {
  const stranded: string[] = []
  for (const [name, type] of supergraph.types) {
    const misleading = (join: ConstDirectiveNode): boolean =>
      argumentOf(join, 'resolvable') === false &&
      comesBack(type, textOf(join, 'graph')) &&
      // The planner passes over a key with external fields by itself.
      !selectsExternal(supergraph, name, parseFieldSet(textOf(join, 'key')), textOf(join, 'graph'))
    const dropped = directivesOf(type, 'join__type').filter(misleading)
    if (!dropped.length) continue
    type.directives = type.directives.map((one) =>
      dropped.includes(one) ? without(one, 'key', 'resolvable') : one,
    )
    for (const graph of new Set(dropped.map((join) => textOf(join, 'graph'))))
      if (
        !directivesOf(type, 'join__type').some((one) => textOf(one, 'graph') === graph && textOf(one, 'key'))
      )
        stranded.push(
          `${name} has @requires in "${supergraph.subgraphs.get(graph)}" but no key that resolves there`,
        )
  }
  return stranded
}
