import {
  baseType,
  type CompositeType,
  type FieldDefinition,
  isCompositeType,
  possibleRuntimeTypes,
  type Supergraph,
} from '@apollo/federation-internals'
import type { FetchDataRewrite, FetchNode, QueryPlan } from '@apollo/query-planner'
import {
  type DocumentNode,
  type FieldNode,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  OverlappingFieldsCanBeMergedRule,
  parse,
  type SelectionNode,
  type SelectionSetNode,
  validate,
} from 'graphql'
import { selectionSetOf, withSelectionSet } from '../checks/parsed-fetch.ts'
import type { Promised } from '../checks/promised.ts'
import { meets } from '../checks/shape.ts'
import type { SubgraphSchemas } from '../checks/subgraph-schemas.ts'
import { type Sets, setsAt, setsBelow } from '../checks/wanted.ts'
import {
  definitionsOf,
  nameNode,
  operationOf,
  parseOperation,
  responseKey,
  textOf,
  typename,
  variablesIn,
} from '../nodes.ts'
import { fieldOf, narrowed } from '../schema-steps.ts'
import { changeFetches, withOperation } from '../walk.ts'
import { answerable, type Reach } from './answerable.ts'
import { after, type Late, lateFetch, listsOf } from './late-fetch.ts'

type Given = {
  supergraph: Supergraph
  supergraphSchema: GraphQLSchema
  promised: Promised
  schemaOf: SubgraphSchemas
}

/** A plan in which each fetch asks for what its subgraph has of an operation and the planner left out. */
export type Restore = (plan: QueryPlan, document: DocumentNode) => QueryPlan

type Work = Given & Reach & { renames: FetchDataRewrite[] }
/** Selections on an object of a type, what the client wants of it, and the way there: in this fetch, and from the root. */
type Place = { type: CompositeType; wanted: Sets; path: readonly string[]; whole: readonly string[] }

/**
 * The planner leaves out what an operation asks of a type that only one of the subgraphs it could go on to has in a
 * union (or interface): it counts on all of them giving the same objects (promised.ts). Where they do not, the subgraph
 * that is asked answers for its own types.
 */
export function createRestore(given: Given): Restore {
  return (plan, document) => {
    const operation = operationOf(document)
    const subgraphs = [...given.supergraph.subgraphs()]
    const later: Late[] = []
    const changed = changeFetches(plan, (fetch, wrap, path) => {
      const subgraph = subgraphs.find(({ name }) => name === fetch.serviceName)
      if (!subgraph) return wrap(fetch)
      const others = subgraphs.filter((one) => one !== subgraph)
      const work: Work = { ...given, subgraph, others, later: [], renames: [] }
      const mended = restored(work, fetch, { operation, path })
      if (mended !== fetch) later.push(...work.later)
      return wrap(mended)
    })
    return after(
      changed,
      later.map((one) => lateFetch(operation, one)),
    )
  }
}

function restored(
  work: Work,
  fetch: FetchNode,
  of: { operation: OperationDefinitionNode; path: readonly (string | number)[] },
): FetchNode {
  const document = parseOperation(fetch.operation)
  const type = work.subgraph.schema.schemaDefinition.rootType(document.operation)
  if (!type) return fetch
  const wanted = setsAt([of.operation.selectionSet], of.path)
  const place: Place = { type, wanted, path: [], whole: of.path.map(String) }
  const set = mend(work, selectionSetOf(fetch, document), place)
  if (!work.renames.length) return fetch
  const whole = asking(fetch, withSelectionSet(fetch, document, set), of.operation)
  const outputRewrites = [...work.renames, ...(fetch.outputRewrites ?? [])]
  // What its subgraph would refuse is left as the planner has it.
  const fits = !validate(work.schemaOf(fetch.serviceName), parse(whole.operation), [
    OverlappingFieldsCanBeMergedRule,
  ]).length
  return fits ? { ...whole, outputRewrites } : fetch
}

/** The fetch with another operation, and every variable that this one uses. */
function asking(
  fetch: FetchNode,
  operation: OperationDefinitionNode,
  client: OperationDefinitionNode,
): FetchNode {
  const own = operation.variableDefinitions ?? []
  const declared = new Set(own.map(({ variable }) => variable.name.value))
  const used = variablesIn(operation.selectionSet)
  const more = definitionsOf(client, used).filter(({ variable }) => !declared.has(variable.name.value))
  const whole = { ...operation, variableDefinitions: [...own, ...more] }
  return {
    ...withOperation(fetch, textOf(whole)),
    variableUsages: [...(fetch.variableUsages ?? []), ...more.map(({ variable }) => variable.name.value)],
  }
}

function mend(work: Work, set: SelectionSetNode, { type, wanted, path, whole }: Place): SelectionSetNode {
  const selections = set.selections.map((one): SelectionNode => {
    if (one.kind === Kind.FRAGMENT_SPREAD || !one.selectionSet) return one
    if (one.kind === Kind.INLINE_FRAGMENT) {
      const inner = narrowed(work.subgraph.schema, type, one)
      return inner
        ? { ...one, selectionSet: mend(work, one.selectionSet, { type: inner, wanted, path, whole }) }
        : one
    }
    const field = fieldOf(type, one)
    const returns = field?.type && baseType(field.type)
    const below = setsBelow(wanted, responseKey(one))
    if (!field?.type || !returns || !isCompositeType(returns) || !below.length) return one
    const key = responseKey(one)
    const steps = [key, ...listsOf(field.type)]
    const place = { type: returns, wanted: below, path: [...path, key], whole: [...whole, ...steps] }
    const selectionSet = mend(work, one.selectionSet, place)
    const lost = lostTypes(work, field, returns).flatMap((name) => lostOf(work, name, selectionSet, place))
    return { ...one, selectionSet: { ...selectionSet, selections: [...selectionSet.selections, ...lost] } }
  })
  return { ...set, selections }
}

/** The types of a field's objects that the planner counts on never to see. */
function lostTypes(
  { promised }: Work,
  field: FieldDefinition<CompositeType>,
  returns: CompositeType,
): string[] {
  if (returns.kind === 'ObjectType') return []
  const all = possibleRuntimeTypes(returns).map(({ name }) => name)
  const common = promised(field.parent.name, field.name)
  return common ? all.filter((name) => !common.has(name)) : []
}

/** What is asked of a type, its subgraph has, and no selection here asks for yet. */
function lostOf(
  work: Work,
  name: string,
  here: SelectionSetNode,
  { wanted, path, whole }: Place,
): SelectionNode[] {
  const type = work.subgraph.schema.type(name)
  if (!type || !isCompositeType(type)) return []
  const asked = new Set(applying(work, [here], name).map(responseKey))
  const missing = applying(work, wanted, name).filter((one) => !asked.has(responseKey(one)))
  const selections = answerable(work, missing, { type, path: whole }).map((one) => {
    if (one.kind !== Kind.FIELD || one === typename) return one
    // The same key may be of another type under another member of the union.
    const alias = `${responseKey(one)}__of${name}`
    work.renames.push({
      kind: 'KeyRenamer',
      path: [...path, `... on ${name}`, alias],
      renameKeyTo: responseKey(one),
    })
    return { ...one, alias: nameNode(alias) }
  })
  const typeCondition = { kind: Kind.NAMED_TYPE, name: nameNode(name) } as const
  const selectionSet = { kind: Kind.SELECTION_SET, selections } as const
  return selections.length ? [{ kind: Kind.INLINE_FRAGMENT, typeCondition, selectionSet }] : []
}

/** The fields that selections ask of an object of a type. */
const applying = (work: Work, sets: Sets, type: string): FieldNode[] =>
  sets.flatMap(({ selections }) =>
    selections.flatMap((one) => {
      if (one.kind === Kind.FIELD) return [one]
      if (one.kind !== Kind.INLINE_FRAGMENT) return []
      const condition = one.typeCondition?.name.value
      return !condition || meets(work.supergraphSchema, type, condition)
        ? applying(work, [one.selectionSet], type)
        : []
    }),
  )
