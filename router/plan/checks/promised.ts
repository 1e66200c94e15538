import { baseType, type NamedType, possibleRuntimeTypes, type Supergraph } from '@apollo/federation-internals'

/** The types that a field's objects may have, where several subgraphs answer the field; undefined where any may come. */
export type Promised = (type: string, field: string) => Set<string> | undefined

/**
 * Whoever shares a field answers the same, so an object that one of them has no type for is nobody's answer. The
 * planner counts on it, and plans nothing for such a type.
 */
export function createPromised(supergraph: Supergraph): Promised {
  const known = new Map<string, Set<string> | undefined>()
  return (type, field) => {
    const key = `${type}.${field}`
    if (!known.has(key)) known.set(key, common(supergraph, type, field))
    return known.get(key)
  }
}

function common(supergraph: Supergraph, type: string, field: string): Set<string> | undefined {
  let shared: Set<string> | undefined
  for (const subgraph of supergraph.subgraphs()) {
    const parent = subgraph.schema.type(type)
    if (parent?.kind !== 'ObjectType' && parent?.kind !== 'InterfaceType') continue
    const own = parent.field(field)
    if (!own?.type || subgraph.metadata().isFieldExternal(own)) continue
    const types = runtimeTypes(baseType(own.type))
    if (!types) return undefined
    shared = shared ? new Set([...shared].filter((one) => types.has(one))) : types
  }
  return shared && shared.size > 0 ? shared : undefined
}

// An interface object may be of any type.
const runtimeTypes = (type: NamedType): Set<string> | undefined =>
  type.kind === 'UnionType' || type.kind === 'InterfaceType'
    ? new Set(possibleRuntimeTypes(type).map(({ name }) => name))
    : undefined
