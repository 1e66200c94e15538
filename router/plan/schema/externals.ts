import { type ConstDirectiveNode, Kind, parse, type SelectionSetNode } from 'graphql'
import { namesOf, parseFieldSet } from '../nodes.ts'
import { baseTypeOf, type Composite, directivesOf, type Field, type SupergraphSdl, textOf } from './sdl.ts'

/**
 * Says again which fields a subgraph declares without resolving them (@external), where a composer left that out: Hive's
 * does so where an interface or a @provides names the field, and in interface objects. Apollo's loader reads such a
 * supergraph as one of subgraphs that are invalid. One of Federation 1 never says it, and needs not.
 */
export function declareExternals(supergraph: SupergraphSdl): void {
  if (directivesOf(supergraph.schema, 'core').length > 0) return
  for (const type of supergraph.types.values()) {
    for (const join of directivesOf(type, 'join__implements')) ofInterface(supergraph, type, join)
    for (const join of type.fields.flatMap(joinsOf)) {
      provided(supergraph, type, join)
      required(type, join)
    }
  }
}

const joinsOf = (field: Field | undefined): ConstDirectiveNode[] => directivesOf(field, 'join__field')

const graphsOf = ({ directives }: Composite): string[] => [
  ...new Set(directivesOf({ directives }, 'join__type').map((join) => textOf(join, 'graph'))),
]

const joined = (graph: string, external: boolean): ConstDirectiveNode => {
  const text = `type T @join__field(graph: ${graph}${external ? ', external: true' : ''})`
  const [type] = parse(text, { noLocation: true }).definitions
  return (type as Composite).directives[0] as ConstDirectiveNode
}

/** Of a field that others resolve: this subgraph declares it, too. */
function declare(field: Field | undefined, graph: string): void {
  const joins = joinsOf(field)
  const silent = joins.every((join) => ![graph, ''].includes(textOf(join, 'graph')))
  if (joins.length > 0 && silent) field?.directives.push(joined(graph, true))
}

/** What an interface has in a subgraph, the types behind it have there. */
function ofInterface(
  supergraph: SupergraphSdl,
  { fields }: Composite,
  implemented: ConstDirectiveNode,
): void {
  const graph = textOf(implemented, 'graph')
  const behind = supergraph.types.get(textOf(implemented, 'interface'))
  for (const one of behind?.fields ?? []) {
    const joins = joinsOf(one)
    if (joins.length > 0 && !joins.some((join) => textOf(join, 'graph') === graph)) continue
    declare(
      fields.find(({ name }) => name.value === one.name.value),
      graph,
    )
  }
}

function provided(supergraph: SupergraphSdl, { fields }: Composite, join: ConstDirectiveNode): void {
  const provides = textOf(join, 'provides')
  const field = fields.find(({ directives }) => directives.includes(join))
  if (!provides || !field) return
  const graph = textOf(join, 'graph')
  const walk = (type: string, { selections }: SelectionSetNode): void => {
    const known = supergraph.types.get(type)
    for (const one of selections) {
      if (one.kind === Kind.INLINE_FRAGMENT) walk(one.typeCondition?.name.value ?? type, one.selectionSet)
      if (one.kind !== Kind.FIELD || !known || !graphsOf(known).includes(graph)) continue
      const selected = known.fields.find(({ name }) => name.value === one.name.value)
      declare(selected, graph)
      if (selected && one.selectionSet) walk(baseTypeOf(selected.type), one.selectionSet)
    }
  }
  walk(baseTypeOf(field.type), parseFieldSet(provides))
}

/** A subgraph does not resolve what it requires, unless it is of a key. */
function required(type: Composite, join: ConstDirectiveNode): void {
  const graph = textOf(join, 'graph')
  const keys = directivesOf(type, 'join__type').flatMap((one) => namesOf(textOf(one, 'key')))
  for (const name of namesOf(textOf(join, 'requires'))) {
    const field = type.fields.find((one) => one.name.value === name)
    if (!field || keys.includes(name)) continue
    if (joinsOf(field).length > 0) declare(field, graph)
    else field.directives.push(...graphsOf(type).map((one) => joined(one, one === graph)))
  }
}
