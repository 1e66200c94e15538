import { type ConstDirectiveNode, Kind, parse } from 'graphql'
import { nameNode } from '../nodes.ts'
import { declareInaccessible, inaccessibleName } from './inaccessible.ts'
import { argumentOf, baseTypeOf, type Composite, directivesOf, type SupergraphSdl, textOf } from './sdl.ts'

/** `museum|Player.rank` to the root field that stands for it where it is planned by itself. */
export type LateRoots = Map<string, string>

/** Whether a name is one that is given here; no field of a supergraph may have such a name. */
export const isLateName = (name: string): boolean => name.endsWith('__late')

const kept = new Set(['graph', 'provides', 'type'])

/**
 * Gives each field that a subgraph computes objects for (@requires), or answers objects for of an interface object, a
 * root field in that subgraph, inaccessible to clients: so what a client asks of such objects can be planned by itself,
 * as if nothing had to be known before.
 */
export function addLateRoots(supergraph: SupergraphSdl): LateRoots {
  const roots: LateRoots = new Map()
  const query = supergraph.types.get(queryOf(supergraph))
  if (!query) return roots
  const isComposite = (name: string): boolean => supergraph.types.has(name) || supergraph.unions.has(name)
  const hidden: ConstDirectiveNode = { kind: Kind.DIRECTIVE, name: nameNode(inaccessibleName(supergraph)) }
  for (const type of supergraph.types.values())
    for (const field of type.fields)
      for (const join of directivesOf(field, 'join__field')) {
        const graph = textOf(join, 'graph')
        const late = textOf(join, 'requires') || isInterfaceObject(type, graph)
        if (!late || textOf(join, 'external') || !isComposite(baseTypeOf(field.type))) continue
        const name = `${graph}__${type.name.value}__${field.name.value}__late`
        const own = { ...join, arguments: join.arguments?.filter((one) => kept.has(one.name.value)) ?? [] }
        const { description: _, ...rest } = field
        query.fields.push({ ...rest, name: nameNode(name), directives: [own, hidden] })
        enter(query, graph)
        roots.set(`${supergraph.subgraphs.get(graph)}|${type.name.value}.${field.name.value}`, name)
      }
  if (roots.size > 0) declareInaccessible(supergraph)
  return roots
}

const queryOf = ({ schema }: SupergraphSdl): string =>
  schema.operationTypes.find(({ operation }) => operation === 'query')?.type.name.value ?? 'Query'

const isInterfaceObject = (type: Composite, graph: string): boolean =>
  directivesOf(type, 'join__type').some(
    (join) => textOf(join, 'graph') === graph && argumentOf(join, 'isInterfaceObject'),
  )

/** In Federation 1 roots say of no subgraph that it has them. */
function enter(query: Composite, graph: string): void {
  const joins = directivesOf(query, 'join__type')
  if (joins.length === 0 || joins.some((join) => textOf(join, 'graph') === graph)) return
  const [type] = parse(`type T @join__type(graph: ${graph})`, { noLocation: true }).definitions
  query.directives.push(...(type as Composite).directives)
}
