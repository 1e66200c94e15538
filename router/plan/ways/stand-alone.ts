import {
  baseType,
  isInterfaceObjectType,
  isNonNullType,
  type ObjectType,
  type Supergraph,
} from '@apollo/federation-internals'
import type { FetchNode, QueryPlan } from '@apollo/query-planner'
import {
  type FieldNode,
  Kind,
  OperationTypeNode,
  print,
  type SelectionNode,
  stripIgnoredCharacters,
} from 'graphql'
import { type ParsedFetch, parsedFetchesOf } from '../checks/parsed-fetch.ts'
import { changeFetches, withOperation } from '../walk.ts'

/**
 * Of several subgraphs that are asked for one object at once, the planner lets one answer what all of them know. Where
 * that may not be null, the object would be lost with that one: so whoever knows it is asked for it.
 */
export const createStandAlone =
  (supergraph: Supergraph) =>
  (plan: QueryPlan): QueryPlan => {
    const atOnce = fetchedAtOnce(plan)
    if (atOnce.length < 2) return plan
    const fetches = parsedFetchesOf(supergraph, plan).filter(({ fetch }) => atOnce.includes(fetch))
    const texts = new Map(fetches.map((one) => [one.fetch, textOf(one, fetches)]))
    return changeFetches(plan, (fetch, wrap) => {
      const operation = texts.get(fetch)
      return wrap(operation === undefined ? fetch : withOperation(fetch, operation))
    })
  }

/** The queries that a plan begins with. */
function fetchedAtOnce({ node }: QueryPlan): FetchNode[] {
  const first = node?.kind === 'Sequence' ? node.nodes[0] : node
  const nodes = first?.kind === 'Parallel' ? first.nodes : []
  return nodes.filter(
    (one): one is FetchNode => one.kind === 'Fetch' && one.operationKind === OperationTypeNode.QUERY,
  )
}

/** A query with what its objects lack; undefined where they lack nothing. */
function textOf(one: ParsedFetch, all: readonly ParsedFetch[]): string | undefined {
  const { selections } = one.operation.selectionSet
  const whole = selections.map((object) => completed(object, one, all))
  if (whole.every((object, index) => object === selections[index])) return undefined
  const text = print({ ...one.operation, selectionSet: { ...one.operation.selectionSet, selections: whole } })
  return stripIgnoredCharacters(text)
}

function completed(object: SelectionNode, one: ParsedFetch, all: readonly ParsedFetch[]): SelectionNode {
  const type = isObjectField(object) && typeOf(object, one)
  if (!type) return object
  const fields = new Map(fieldsOf(object).map((field) => [answerOf(field), field]))
  const before = fields.size
  for (const { operation } of all)
    for (const other of operation.selectionSet.selections)
      if (isObjectField(other) && headOf(other) === headOf(object))
        for (const field of fieldsOf(other))
          if (!fields.has(answerOf(field)) && isKnown(field, one, type)) fields.set(answerOf(field), field)
  const lacking = Array.from(fields.values()).slice(before)
  if (lacking.length === 0) return object
  const selections = [...object.selectionSet.selections, ...lacking]
  return { ...object, selectionSet: { ...object.selectionSet, selections } }
}

type ObjectField = FieldNode & Required<Pick<FieldNode, 'selectionSet'>>

const isObjectField = (node: SelectionNode): node is ObjectField =>
  node.kind === Kind.FIELD && node.selectionSet !== undefined

const fieldsOf = ({ selectionSet }: ObjectField): FieldNode[] =>
  selectionSet.selections.filter((one) => one.kind === Kind.FIELD)

const answerOf = ({ alias, name }: FieldNode): string => (alias ?? name).value

/** The field with its name and arguments. */
const headOf = ({ selectionSet: _, ...field }: ObjectField): string => print(field)

function typeOf({ name }: FieldNode, { root }: ParsedFetch): ObjectType | undefined {
  const field = root.kind === 'ObjectType' ? root.field(name.value) : undefined
  const type = field?.type && baseType(field.type)
  return type?.kind === 'ObjectType' ? type : undefined
}

/** Whether a subgraph answers a field that may not be null, and whose absence would take its object with it. */
function isKnown(
  { name, arguments: given, selectionSet }: FieldNode,
  { subgraph }: ParsedFetch,
  type: ObjectType,
): boolean {
  const field = type.field(name.value)
  if (!field?.type || selectionSet || given?.length) return false
  // An interface object would name the interface, over the type that another subgraph knows.
  if (field.name === '__typename' && isInterfaceObjectType(type)) return false
  return isNonNullType(field.type) && !subgraph.metadata().isFieldExternal(field)
}
