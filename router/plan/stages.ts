import {
  baseType,
  type CompositeType,
  isCompositeType,
  type ObjectType,
  type Subgraph,
  type Supergraph,
} from '@apollo/federation-internals'
import type { PlanNode, QueryPlan } from '@apollo/query-planner'
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
import { after, keyOf, type Late, lateFetch, listsOf } from './late-fetch.ts'
import { operationOf, parseFieldSet, responseKey, typename } from './nodes.ts'
import { fieldOf, narrowed } from './schema-steps.ts'
import type { MustBeSound } from './sound.ts'

/** An operation that asks for inputs instead of what is computed from them, and the fetches that compute it then. */
type Staged = { document: DocumentNode; later: PlanNode[] }

type Plan = (document: DocumentNode) => QueryPlan

/** Plans a document in stages, each with `plan`. */
export type Stages = (document: DocumentNode, plan: Plan) => QueryPlan

// A supergraph of another composer may have needs without an end.
const mostStages = 20

type Path = readonly string[]
type Owner = { subgraph: Subgraph; type: ObjectType; requires: string }

/**
 * Plans an operation without what is computed from something that is computed itself, and computes that at the end. Where
 * the needs of two subgraphs go in a circle, the planner asks one for an input that only the other has (askable.ts), or
 * for what is computed before its inputs (supplied.ts), but what a client asks for it plans rightly: so the inputs are
 * asked for as a client would.
 */
export function createStages(supergraph: Supergraph, mustBeSound: MustBeSound): Stages {
  const split = createSplit(supergraph)
  const inStages = (document: DocumentNode, plan: Plan, left: number): QueryPlan => {
    const staged = left > 0 ? split(document) : undefined
    if (!staged) throw new Error('Nothing to fetch in stages')
    const before = reached(staged.document, plan, left - 1)
    return after(before, staged.later)
  }
  const reached = (document: DocumentNode, plan: Plan, left: number): QueryPlan => {
    const found = plan(document)
    try {
      mustBeSound(found)
      return found
    } catch {
      return inStages(document, plan, left)
    }
  }
  return (document, plan) => inStages(document, plan, mostStages)
}

/** Undefined where there is nothing to split. */
function createSplit(supergraph: Supergraph): (document: DocumentNode) => Staged | undefined {
  const subgraphs = [...supergraph.subgraphs()]

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
    narrowed(supergraph.schema, type, one) ?? type
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

  return (document) => {
    const operation = operationOf(document)
    const root = supergraph.schema.schemaDefinition.rootType(operation.operation)
    if (!root || operation.operation === OperationTypeNode.SUBSCRIPTION) return undefined
    const later: PlanNode[] = []
    const split = (set: SelectionSetNode, type: CompositeType, path: Path): SelectionSetNode => ({
      ...set,
      selections: set.selections.flatMap((one): SelectionNode[] => {
        if (one.kind === Kind.FRAGMENT_SPREAD) return [one]
        if (one.kind === Kind.INLINE_FRAGMENT)
          return [{ ...one, selectionSet: split(one.selectionSet, narrow(one, type), path) }]
        const inputs = inputsOf(one, type)
        if (inputs) {
          const fetches = computing(one, { ...inputs.owner, selections: inputs.selections, path })
          later.push(...fetches.map((each) => lateFetch(operation, each)))
          return inputs.selections
        }
        const field = fieldOf(type, one)
        const returns = field?.type && baseType(field.type)
        if (!field?.type || !returns || !one.selectionSet || !isCompositeType(returns)) return [one]
        const below = [...path, responseKey(one), ...listsOf(field.type)]
        return [{ ...one, selectionSet: split(one.selectionSet, returns, below) }]
      }),
    })
    const selectionSet = split(operation.selectionSet, root, [])
    return later.length
      ? { document: { ...document, definitions: [{ ...operation, selectionSet }] }, later }
      : undefined
  }

  /** The fetch that computes a field, and those that add to it what other subgraphs have. */
  function computing(node: FieldNode, late: Omit<Late, 'fields'> & Owner): Late[] {
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

  function inputsOf(node: FieldNode, type: CompositeType) {
    const owner = type.kind === 'ObjectType' ? ownerOf(type, node.name.value) : undefined
    if (!owner || !computes(parseFieldSet(owner.requires), type)) return undefined
    const key = keyOf(owner)
    if (!key) return undefined
    return { owner, selections: [typename, ...parseFieldSet(`${key} ${owner.requires}`).selections] }
  }
}
