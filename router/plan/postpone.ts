import {
  baseType,
  type CompositeType,
  isCompositeType,
  type ObjectType,
  type Subgraph,
  type Supergraph,
} from '@apollo/federation-internals'
import type { PlanNode } from '@apollo/query-planner'
import {
  type DocumentNode,
  type FieldNode,
  type InlineFragmentNode,
  Kind,
  OperationTypeNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql'
import { answerable, type Reach } from './answerable.ts'
import { keyOf, type Late, lateFetch, listsOf } from './late-fetch.ts'
import { operationOf, parseFieldSet, responseKey, typename } from './nodes.ts'
import { fieldOf, narrowed } from './schema-steps.ts'

/** An operation that asks for inputs instead of what is computed from them, and the fetches that compute it then. */
export type Postponed = { document: DocumentNode; later: PlanNode[] }

type Path = readonly string[]
type Owner = { subgraph: Subgraph; type: ObjectType; requires: string }

/** Postpones what is computed from something that is computed itself; undefined where there is nothing like that. */
export function createPostpone(supergraph: Supergraph): (document: DocumentNode) => Postponed | undefined {
  const subgraphs = [...supergraph.subgraphs()]
  const owners = createOwners(supergraph, subgraphs)

  return (document) => {
    const operation = operationOf(document)
    const root = supergraph.schema.schemaDefinition.rootType(operation.operation)
    if (!root || operation.operation === OperationTypeNode.SUBSCRIPTION) return undefined
    const later: PlanNode[] = []
    const postpone = (set: SelectionSetNode, type: CompositeType, path: Path): SelectionSetNode => ({
      ...set,
      selections: set.selections.flatMap((one): SelectionNode[] => {
        if (one.kind === Kind.FRAGMENT_SPREAD) return [one]
        if (one.kind === Kind.INLINE_FRAGMENT)
          return [{ ...one, selectionSet: postpone(one.selectionSet, owners.narrow(one, type), path) }]
        const inputs = inputsOf(one, type, owners)
        if (inputs) {
          const { owner, selections } = inputs
          const fetches = computing(one, { ...owner, selections, path }, subgraphs)
          later.push(...fetches.map((each) => lateFetch(operation, each)))
          return selections
        }
        const field = fieldOf(type, one)
        const returns = field?.type && baseType(field.type)
        if (!field?.type || !returns || !one.selectionSet || !isCompositeType(returns)) return [one]
        const below = [...path, responseKey(one), ...listsOf(field.type)]
        return [{ ...one, selectionSet: postpone(one.selectionSet, returns, below) }]
      }),
    })
    const selectionSet = postpone(operation.selectionSet, root, [])
    return later.length
      ? { document: { ...document, definitions: [{ ...operation, selectionSet }] }, later }
      : undefined
  }
}

type Owners = ReturnType<typeof createOwners>

/** Who computes what. */
function createOwners({ schema }: Supergraph, subgraphs: readonly Subgraph[]) {
  /** The subgraph that computes a field; undefined where another answers it without inputs. */
  function ownerOf(type: CompositeType, name: string): Owner | undefined {
    const owners = subgraphs.flatMap((subgraph): Owner[] => {
      const local = subgraph.schema.type(type.name)
      const field = local?.kind === 'ObjectType' ? local.field(name) : undefined
      if (local?.kind !== 'ObjectType' || !field || subgraph.metadata().isFieldExternal(field)) return []
      const [requires] = field.appliedDirectivesOf(subgraph.metadata().requiresDirective())
      return [{ subgraph, type: local, requires: String(requires?.arguments().fields ?? '') }]
    })
    return owners.every(({ requires }) => requires) ? owners[0] : undefined
  }
  const narrow = (one: InlineFragmentNode, type: CompositeType): CompositeType =>
    narrowed(schema, type, one) ?? type
  const computes = (set: SelectionSetNode, type: CompositeType): boolean =>
    set.selections.some((one) => {
      if (one.kind === Kind.FRAGMENT_SPREAD) return false
      if (one.kind === Kind.INLINE_FRAGMENT) return computes(one.selectionSet, narrow(one, type))
      const field = fieldOf(type, one)
      if (!field?.type) return false
      if (ownerOf(type, one.name.value)) return true
      const returns = baseType(field.type)
      return one.selectionSet !== undefined && isCompositeType(returns) && computes(one.selectionSet, returns)
    })
  return { ownerOf, narrow, computes }
}

/** The fetch that computes a field, and those that add to it what other subgraphs have. */
function computing(
  node: FieldNode,
  late: Omit<Late, 'fields'> & Owner,
  subgraphs: readonly Subgraph[],
): Late[] {
  const type = late.type.field(node.name.value)?.type
  const returns = type && baseType(type)
  if (!type || !returns || !node.selectionSet || !isCompositeType(returns))
    return [{ ...late, fields: [node] }]
  const others = subgraphs.filter((one) => one !== late.subgraph)
  const reach: Reach = { subgraph: late.subgraph, others, later: [] }
  const path = [...late.path, responseKey(node), ...listsOf(type)]
  const selections = answerable(reach, node.selectionSet.selections, { type: returns, path })
  const whole = { ...node, selectionSet: { ...node.selectionSet, selections } }
  return [{ ...late, fields: [whole] }, ...reach.later]
}

/** What is asked for instead of a field; undefined where the field is asked for as it is. */
function inputsOf(node: FieldNode, type: CompositeType, { ownerOf, computes }: Owners) {
  const owner = type.kind === 'ObjectType' ? ownerOf(type, node.name.value) : undefined
  if (!owner || !computes(parseFieldSet(owner.requires), type)) return undefined
  const key = keyOf(owner)
  if (!key) return undefined
  return { owner, selections: [typename, ...parseFieldSet(`${key} ${owner.requires}`).selections] }
}
