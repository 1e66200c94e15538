import {
  baseType,
  type CompositeType,
  isCompositeType,
  possibleRuntimeTypes,
  type Supergraph,
} from '@apollo/federation-internals'
import {
  type DocumentNode,
  type FieldNode,
  type InlineFragmentNode,
  Kind,
  OperationTypeNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql'
import { operationOf, parseFieldSet, responseKey, typename } from '../nodes.ts'
import { fieldOf, narrowed } from '../schema-steps.ts'
import type { Owner, OwnerOf } from './computed.ts'
import { fragment } from './explode.ts'
import { keyOf, listsOf } from './late-fetch.ts'

/** A field that waits for a stage of its own: who answers it, of which objects, and what these must hold for it. */
export type Computed = Owner & {
  field: FieldNode
  selections: readonly SelectionNode[]
  path: readonly string[]
  /** Whether an input of it is computed itself. */
  chained: boolean
}

/** An operation that asks for inputs instead of what is computed from them, and what is to be computed then. */
export type Split = (document: DocumentNode) => { document: DocumentNode; later: Computed[] } | undefined

type Place = { type: CompositeType; path: readonly string[]; later: Computed[] }

type Find = (field: FieldNode, type: CompositeType, path: readonly string[]) => Computed | undefined
type Waits = (field: Computed) => boolean

const within = ({ schema }: Supergraph, one: InlineFragmentNode, type: CompositeType): CompositeType =>
  narrowed(schema, type, one) ?? type

/** Finds what waits of a field. */
function createFind(supergraph: Supergraph, ownerOf: OwnerOf, waits: Waits): Find {
  const computes = (set: SelectionSetNode, type: CompositeType): boolean =>
    set.selections.some((one) => {
      if (one.kind === Kind.FRAGMENT_SPREAD) return false
      if (one.kind === Kind.INLINE_FRAGMENT) return computes(one.selectionSet, within(supergraph, one, type))
      const field = fieldOf(type, one)
      if (!field?.type) return false
      if (ownerOf(type, one.name.value)) return true
      const returns = baseType(field.type)
      return one.selectionSet !== undefined && isCompositeType(returns) && computes(one.selectionSet, returns)
    })
  return (field, type, path) => {
    const owner = ownerOf(type, field.name.value)
    const key = owner && keyOf(owner)
    if (!owner || !key) return undefined
    const inputs = owner.requires ? parseFieldSet(owner.requires) : undefined
    const selections = [typename, ...parseFieldSet(key).selections, ...(inputs?.selections ?? [])]
    const chained = inputs !== undefined && computes(inputs, type)
    const found = { ...owner, field, selections, path, chained }
    return waits(found) ? found : undefined
  }
}

/** Splits off the computed fields that wait; undefined where there is none. */
export function createSplit(supergraph: Supergraph, ownerOf: OwnerOf, waits: Waits): Split {
  const find = createFind(supergraph, ownerOf, waits)
  const split = (set: SelectionSetNode, place: Place): SelectionSetNode => ({
    ...set,
    selections: set.selections.flatMap((one): SelectionNode[] => {
      if (one.kind === Kind.FRAGMENT_SPREAD) return [one]
      if (one.kind === Kind.FIELD) return splitField(one, place)
      const inside = { ...place, type: within(supergraph, one, place.type) }
      return [{ ...one, selectionSet: split(one.selectionSet, inside) }]
    }),
  })
  function splitField(one: FieldNode, { type, path, later }: Place): SelectionNode[] {
    const found = find(one, type, path)
    if (found) {
      later.push(found)
      return [...found.selections]
    }
    const types = type.kind === 'InterfaceType' ? possibleRuntimeTypes(type) : []
    if (types.some((each) => find(one, each, path)))
      return types.map((each) => fragment(each.name, splitField(one, { type: each, path, later })))
    const field = fieldOf(type, one)
    const returns = field?.type && baseType(field.type)
    if (!field?.type || !returns || !one.selectionSet || !isCompositeType(returns)) return [one]
    const below = [...path, responseKey(one), ...listsOf(field.type)]
    return [{ ...one, selectionSet: split(one.selectionSet, { type: returns, path: below, later }) }]
  }

  return (document) => {
    const operation = operationOf(document)
    const root = supergraph.schema.schemaDefinition.rootType(operation.operation)
    if (!root || operation.operation === OperationTypeNode.SUBSCRIPTION) return undefined
    const later: Computed[] = []
    const selectionSet = split(operation.selectionSet, { type: root, path: [], later })
    return later.length
      ? { document: { ...document, definitions: [{ ...operation, selectionSet }] }, later }
      : undefined
  }
}
