import { isInterfaceType, type Supergraph } from '@apollo/federation-internals'
import type { PlanNode, QueryPlan } from '@apollo/query-planner'
import {
  type DocumentNode,
  type FieldNode,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
} from 'graphql'
import type { MustBeSound } from '../checks/sound.ts'
import type { Verifier } from '../checks/verify.ts'
import { nameNode, operationOf, parseOperation, responseKey } from '../nodes.ts'
import type { LateRoots } from '../schema/late-roots.ts'
import { changeFetches } from '../walk.ts'
import type { OwnerOf } from './computed.ts'
import { OutOfTime } from './in-time.ts'
import { after, entityFetch, type Late, lateFetch } from './late-fetch.ts'
import { type Computed, createSplit, type Split } from './split-stages.ts'

type Plan = (document: DocumentNode) => QueryPlan

/** Plans a document in stages, each with `plan`. */
export type Stages = (document: DocumentNode, plan: Plan) => QueryPlan

export type StagesOptions = {
  supergraph: Supergraph
  roots: LateRoots
  mustBeSound: MustBeSound
  /** Of documents that may ask for what clients cannot see. */
  verify: Verifier
  ownerOf: OwnerOf
  /** Which of the fields that have an owner wait for the last stage. */
  waits: (field: Computed) => boolean
  /** Whether stages are made before the planner is asked for all at once. */
  first?: boolean
}

// A supergraph of another composer may have needs without an end.
const mostStages = 20

/**
 * Plans an operation without what is computed, asks for the inputs of that as a client would, and computes it at the
 * end. Where the needs of two subgraphs go in a circle, the planner asks one for an input that only the other has
 * (askable.ts), or for what is computed before its inputs (supplied.ts), but what a client asks for it plans rightly.
 */
export function createStages(options: StagesOptions): Stages {
  const { supergraph, mustBeSound, verify, ownerOf, waits, first } = options
  const split: Split = createSplit(supergraph, ownerOf, waits)

  function inStages(document: DocumentNode, plan: Plan, left: number): QueryPlan {
    const staged = left > 0 ? split(document) : undefined
    if (!staged) throw new Error('Nothing to fetch in stages')
    const before = reached(staged.document, plan, left - 1)
    const operation = operationOf(document)
    const stage = { operation, plan: (below: DocumentNode) => reached(below, plan, left - 1) }
    const nodes = staged.later.map((one) => computing(one, stage, options))
    return after(before, nodes.length > 1 ? [{ kind: 'Parallel', nodes }] : nodes)
  }
  function reached(document: DocumentNode, plan: Plan, left: number): QueryPlan {
    if (first && left > 0 && split(document)) return inStages(document, plan, left)
    let found: QueryPlan | undefined
    try {
      found = plan(document)
      mustBeSound(found)
      verify(found, document)
      return found
    } catch (error) {
      if (error instanceof OutOfTime) throw error
    }
    try {
      return inStages(document, plan, left)
    } catch (error) {
      // What is left out for another reason may be restored in the whole (restore.ts).
      if (!found) throw error
      return found
    }
  }

  return (document, plan) => inStages(document, plan, mostStages)
}

/** The operation that a stage belongs to, and how what is asked below is planned. */
type Stage = { operation: OperationDefinitionNode; plan: Plan }

/** What computes a field, and what adds to it all that is asked below. */
function computing(
  one: Computed,
  { operation, plan }: Stage,
  { supergraph, roots }: StagesOptions,
): PlanNode {
  const { subgraph, type, field } = one
  const late = { ...one, fields: [field], ...rewritesOf(supergraph, one) }
  const root = roots.get(`${subgraph.name}|${type.name}.${field.name.value}`)
  if (!root || !field.selectionSet) return lateFetch(operation, late)
  const { node } = changeFetches(plan(documentOf(operation, field, root)), (fetch, wrap) => {
    if (fetch.requires) return wrap(fetch)
    const { variableDefinitions = [], selectionSet } = parseOperation(fetch.operation)
    const fields = selectionSet.selections.filter((each) => each.kind === Kind.FIELD)
    const named = fields.map((each): FieldNode => {
      const { alias: _, ...rest } = { ...each, name: field.name }
      return responseKey(each) === field.name.value ? rest : { ...rest, alias: nameNode(responseKey(each)) }
    })
    const whole = entityFetch({ ...operation, variableDefinitions }, { ...late, fields: named })
    return wrap({ ...whole, ...(fetch.outputRewrites && { outputRewrites: fetch.outputRewrites }) })
  })
  if (!node || node.kind === 'Subscription') throw new Error(`Nothing to fetch of ${field.name.value}`)
  return { kind: 'Flatten', path: [...one.path], node }
}

/** A subgraph with an interface object knows the interface alone. */
function rewritesOf({ schema }: Supergraph, { type }: Computed): Pick<Late, 'rewrites'> {
  const whole = schema.type(type.name)
  if (!whole || !isInterfaceType(whole)) return {}
  const path = [`... on ${type.name}`, '__typename']
  return { rewrites: [{ kind: 'ValueSetter', path, setValueTo: type.name }] }
}

/** What a field is asked for, of the root field that stands for it. */
function documentOf(operation: OperationDefinitionNode, field: FieldNode, root: string): DocumentNode {
  const asked = { ...field, alias: nameNode(responseKey(field)), name: nameNode(root) }
  const { name: _, ...rest } = operation
  const whole: OperationDefinitionNode = {
    ...rest,
    operation: OperationTypeNode.QUERY,
    selectionSet: { kind: Kind.SELECTION_SET, selections: [asked] },
  }
  return { kind: Kind.DOCUMENT, definitions: [whole] }
}
