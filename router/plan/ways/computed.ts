import {
  type CompositeType,
  isInterfaceObjectType,
  type ObjectType,
  type Subgraph,
  type Supergraph,
} from '@apollo/federation-internals'

/** A subgraph that computes a field, the type that it takes the object for, and what it requires for that. */
export type Owner = { subgraph: Subgraph; type: ObjectType; requires: string }

/** Who computes a field of a type; undefined where somebody answers it without inputs. */
export type OwnerOf = (type: CompositeType, name: string) => Owner | undefined

export function createOwners(supergraph: Supergraph): OwnerOf {
  const subgraphs = [...supergraph.subgraphs()]

  /** What a subgraph takes objects of a type for: that type, or an interface of it that is an object there. */
  const localTypes = ({ schema }: Subgraph, type: CompositeType): ObjectType[] => {
    const interfaces = type.kind === 'ObjectType' ? type.interfaces() : []
    return [type, ...interfaces].flatMap(({ name }) => {
      const local = schema.type(name)
      return local?.kind === 'ObjectType' && (name === type.name || isInterfaceObjectType(local)) ? local : []
    })
  }
  function owning(subgraph: Subgraph, type: ObjectType, name: string): Owner[] {
    const metadata = subgraph.metadata()
    const field = type.field(name)
    if (!field || metadata.isFieldExternal(field)) return []
    const [requires] = field.appliedDirectivesOf(metadata.requiresDirective())
    // What also depends on the objects above is left to the planner.
    const contextual = field
      .arguments()
      .some((one) => one.hasAppliedDirective(metadata.fromContextDirective().name))
    return [{ subgraph, type, requires: contextual ? '' : String(requires?.arguments().fields ?? '') }]
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
    const owners = subgraphs.flatMap((subgraph) =>
      localTypes(subgraph, type).flatMap((local) => owning(subgraph, local, name)),
    )
    return owners.every(({ requires }) => requires) ? owners[0] : undefined
  }
}
