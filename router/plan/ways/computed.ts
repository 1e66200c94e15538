import {
  type CompositeType,
  isInterfaceObjectType,
  type ObjectType,
  type Subgraph,
  type Supergraph,
} from '@apollo/federation-internals'

/** A subgraph that answers a field, the type that it takes the object for, and what it requires for that. */
export type Owner = { subgraph: Subgraph; type: ObjectType; requires: string }

/** Who answers a field of a type in a stage of its own, if anybody. */
export type OwnerOf = (type: CompositeType, name: string) => Owner | undefined

/** Whether a subgraph that answers a field leaves it to a stage of its own. */
type Staged = (owner: Owner) => boolean

/** What is computed from inputs. */
export const computes: Staged = ({ requires }) => requires !== ''

/** The same, and whatever is answered for interfaces that are objects there. */
export const computesOrStandsIn: Staged = (owner) => computes(owner) || isInterfaceObjectType(owner.type)

/** A field's owner where all those who answer it are `staged`. */
export function createOwners(supergraph: Supergraph, staged: Staged): OwnerOf {
  const subgraphs = [...supergraph.subgraphs()]

  /** What a subgraph takes objects of a type for: that type, or an interface of it that is an object there. */
  const localTypes = ({ schema }: Subgraph, type: CompositeType): ObjectType[] => {
    const interfaces = type.kind === 'ObjectType' ? type.interfaces() : []
    return [type, ...interfaces].flatMap(({ name }) => {
      const local = schema.type(name)
      return local?.kind === 'ObjectType' && (name === type.name || isInterfaceObjectType(local)) ? local : []
    })
  }
  const answers = ({ subgraph, type }: Omit<Owner, 'requires'>, name: string): boolean => {
    const field = type.field(name)
    return field !== undefined && !subgraph.metadata().isFieldExternal(field)
  }
  const requiresOf = ({ subgraph, type }: Omit<Owner, 'requires'>, name: string): string => {
    const directive = subgraph.metadata().requiresDirective()
    const [requires] = type.field(name)?.appliedDirectivesOf(directive) ?? []
    return String(requires?.arguments().fields ?? '')
  }
  /** Whether the field depends on the objects above it, too. */
  const isContextual = ({ subgraph, type }: Omit<Owner, 'requires'>, name: string): boolean => {
    const { name: fromContext } = subgraph.metadata().fromContextDirective()
    return (
      type
        .field(name)
        ?.arguments()
        .some((one) => one.hasAppliedDirective(fromContext)) ?? false
    )
  }
  /** Whether the types behind an interface have the field in a subgraph that knows them. */
  const behind = (type: CompositeType, name: string): boolean =>
    type.kind === 'InterfaceType' &&
    subgraphs.some(({ schema }) => {
      const local = schema.type(type.name)
      return local?.kind === 'InterfaceType' && local.field(name) !== undefined
    })

  return (type, name) => {
    if (behind(type, name)) return undefined
    const places = subgraphs
      .flatMap((subgraph) => localTypes(subgraph, type).map((local) => ({ subgraph, type: local })))
      .filter((place) => answers(place, name))
    // What also depends on the objects above is left to the planner.
    if (places.some((place) => isContextual(place, name))) return undefined
    const owners = places.map((place) => ({ ...place, requires: requiresOf(place, name) }))
    return owners.every(staged) ? owners[0] : undefined
  }
}
