import { argumentsOf } from '@puchi/platform/graphql/linked-names'
import { type ConstDirectiveNode, type DocumentNode, Kind } from 'graphql'

/** What one subgraph serves of an entity. */
export type Share = {
  subgraph: string
  /** Without those of the keys, which everybody has. */
  fields: string[]
  /** It only points at the entity: the fields come from elsewhere. */
  refers: boolean
}
export type Entity = { name: string; keys: string[]; shares: Share[] }
export type Part = {
  name: string
  url: string
  queries: number
  mutations: number
  subscriptions: number
}
/** Who serves what, as a supergraph says it. */
export type Graph = { subgraphs: Part[]; entities: Entity[] }

type Arguments = Record<string, unknown>
type Node = { directives?: readonly ConstDirectiveNode[] | undefined; name: { value: string } }
type TypeNode = Node & { fields?: readonly Node[] | undefined }

/** Reads subgraphs and entities out of a supergraph's own `join__` directives. */
export function graphOf({ definitions }: DocumentNode): Graph {
  const types: TypeNode[] = definitions.filter(
    (node) => node.kind === Kind.OBJECT_TYPE_DEFINITION || node.kind === Kind.INTERFACE_TYPE_DEFINITION,
  )
  const graphs = definitions.flatMap((node) =>
    node.kind === Kind.ENUM_TYPE_DEFINITION && node.name.value === 'join__Graph' ? (node.values ?? []) : [],
  )
  const places = graphs.flatMap((node) =>
    each(node, 'join__graph').map(({ name, url }) => ({
      id: node.name.value,
      name: `${name}`,
      url: `${url}`,
    })),
  )
  const nameOf = new Map(places.map(({ id, name }) => [id, name]))
  const roots = (kind: string, id: string) =>
    fieldsOf(
      types.find(({ name }) => name.value === kind),
      id,
    ).length
  return {
    subgraphs: places.map(({ id, name, url }) => ({
      ...{ name, url },
      queries: roots('Query', id),
      mutations: roots('Mutation', id),
      subscriptions: roots('Subscription', id),
    })),
    entities: types
      .flatMap((type) => entityOf(type, (id) => nameOf.get(id) ?? id) ?? [])
      .sort((one, other) => other.shares.length - one.shares.length),
  }
}

function entityOf(type: TypeNode, nameOf: (id: string) => string): Entity | null {
  const joined = each(type, 'join__type')
  const keyed = joined.filter(({ key }) => key !== undefined)
  if (keyed.length === 0) return null
  const keys = [...new Set(keyed.map(({ key }) => `${key}`))]
  const inKeys = new Set(keys.flatMap((key) => key.match(/\w+/g) ?? []))
  const ids = [...new Set(joined.map(({ graph }) => `${graph}`))]
  const shares = ids.map((id) => ({
    subgraph: nameOf(id),
    fields: fieldsOf(type, id).filter((field) => !inKeys.has(field)),
    refers: joined.filter(({ graph }) => graph === id).every(({ resolvable }) => resolvable === false),
  }))
  return { name: type.name.value, keys, shares }
}

/** The fields of a type that a subgraph serves. One that says nothing is served by all that know the type. */
function fieldsOf(type: TypeNode | undefined, id: string): string[] {
  if (!type || !each(type, 'join__type').some(({ graph }) => graph === id)) return []
  const served = (field: Node): boolean => {
    const said = each(field, 'join__field')
    return said.length === 0 || said.some(({ graph, external }) => graph === id && external !== true)
  }
  return (type.fields ?? []).filter(served).map(({ name }) => name.value)
}

const each = ({ directives = [] }: Node, name: string): Arguments[] =>
  directives.filter((directive) => directive.name.value === name).map(argumentsOf)
