import type { PlanNode, QueryPlanSelectionNode } from '@apollo/query-planner'
import {
  type FieldNode,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  print,
  type SelectionNode,
  stripIgnoredCharacters,
  visit,
} from 'graphql'
import { typename } from './sdl.ts'

/** Who computes a field, from what, and of which objects. */
type Late = {
  subgraph: { name: string }
  type: { name: string }
  selections: readonly SelectionNode[]
  path: readonly string[]
}

/** The fetch that computes one field of an operation when all that it requires is known. */
export function lateFetch(
  operation: OperationDefinitionNode,
  field: FieldNode,
  { subgraph, type, selections, path }: Late,
): PlanNode {
  const used = new Set<string>()
  visit(field, {
    Variable({ name }) {
      used.add(name.value)
    },
  })
  const variables =
    operation.variableDefinitions?.filter(({ variable }) => used.has(variable.name.value)) ?? []
  const declared = ['$representations:[_Any!]!', ...variables.map(print)].join(' ')
  const asked = `{_entities(representations:$representations){... on ${type.name}{${print(withTypenames(field))}}}}`
  return {
    kind: 'Flatten',
    path: [...path],
    node: {
      kind: 'Fetch',
      serviceName: subgraph.name,
      requires: [{ kind: 'InlineFragment', typeCondition: type.name, selections: selections.flatMap(sent) }],
      variableUsages: [...used],
      operation: stripIgnoredCharacters(`query(${declared})${asked}`),
      operationName: undefined,
      operationKind: OperationTypeNode.QUERY,
    },
  }
}

const withTypenames = (field: FieldNode): FieldNode =>
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
