import {
  isListType,
  isNonNullType,
  type ObjectType,
  type Subgraph,
  type Type,
} from '@apollo/federation-internals'
import type {
  FetchDataRewrite,
  FetchNode,
  PlanNode,
  QueryPlan,
  QueryPlanSelectionNode,
} from '@apollo/query-planner'
import {
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  print,
  type SelectionNode,
  stripIgnoredCharacters,
  visit,
} from 'graphql'
import { definitionsOf, typename, variablesIn } from '../nodes.ts'

/** Which fields are fetched last, from whom, by what, and of which objects. */
export type Late = {
  subgraph: { name: string }
  type: { name: string }
  fields: readonly SelectionNode[]
  selections: readonly SelectionNode[]
  path: readonly string[]
  rewrites?: readonly FetchDataRewrite[]
}

/** The fetch of fields of an operation for which all that it sends is known by then. */
export const lateFetch = (operation: OperationDefinitionNode, late: Late): PlanNode => ({
  kind: 'Flatten',
  path: [...late.path],
  node: entityFetch(operation, { ...late, fields: late.fields.map(withTypenames) }),
})

/** The same for the objects that it is placed at. */
export function entityFetch(operation: OperationDefinitionNode, late: Omit<Late, 'path'>): FetchNode {
  const { subgraph, type, fields, selections, rewrites } = late
  const used = new Set(fields.flatMap((field) => [...variablesIn(field)]))
  const declared = ['$representations:[_Any!]!', ...definitionsOf(operation, used).map(print)].join(' ')
  const asked = `{_entities(representations:$representations){... on ${type.name}{${fields.map(print).join(' ')}}}}`
  return {
    kind: 'Fetch',
    serviceName: subgraph.name,
    requires: [{ kind: 'InlineFragment', typeCondition: type.name, selections: selections.flatMap(sent) }],
    variableUsages: [...used],
    operation: stripIgnoredCharacters(`query(${declared})${asked}`),
    operationName: undefined,
    operationKind: OperationTypeNode.QUERY,
    ...(rewrites && { inputRewrites: [...rewrites] }),
  }
}

const withTypenames = (field: SelectionNode): SelectionNode =>
  visit(field, {
    SelectionSet: { leave: (set) => ({ ...set, selections: [typename, ...set.selections] }) },
  })

/** A selection as plans write what a representation holds. */
function sent(one: SelectionNode): QueryPlanSelectionNode[] {
  if (one.kind === Kind.FRAGMENT_SPREAD) return []
  const selections = one.selectionSet?.selections.flatMap(sent) ?? []
  if (one.kind === Kind.INLINE_FRAGMENT)
    return one.typeCondition
      ? [{ kind: 'InlineFragment', typeCondition: one.typeCondition.name.value, selections }]
      : selections
  return [{ kind: 'Field', name: one.name.value, ...(selections.length && { selections }) }]
}

const inSequence = (nodes: PlanNode[]): PlanNode => ({ kind: 'Sequence', nodes })

/** The plan's fetches, and then some more. */
export function after(plan: QueryPlan, later: readonly PlanNode[]): QueryPlan {
  const { node } = plan
  if (!node || !later.length) return plan
  if (node.kind !== 'Subscription') return { ...plan, node: inSequence([node, ...later]) }
  return { ...plan, node: { ...node, rest: inSequence([...(node.rest ? [node.rest] : []), ...later]) } }
}

/** The first key by which a subgraph can be entered. */
export function keyOf({ subgraph, type }: { subgraph: Subgraph; type: ObjectType }): string | undefined {
  const keys = type.appliedDirectivesOf(subgraph.metadata().keyDirective())
  const key = keys.find((one) => one.arguments().resolvable !== false)
  return key && String(key.arguments().fields)
}

/** The steps of a path into the lists of a field. */
export const listsOf = (type: Type): string[] => {
  if (isNonNullType(type)) return listsOf(type.ofType)
  return isListType(type) ? ['@', ...listsOf(type.ofType)] : []
}
