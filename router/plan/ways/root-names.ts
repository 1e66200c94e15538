import type { FetchNode, QueryPlan } from '@apollo/query-planner'
import {
  type FieldNode,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isInterfaceType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  type SelectionNode,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql'
import { isTypename, nameNode, parseOperation, textOf } from '../nodes.ts'
import { changeFetches, withOperation } from '../walk.ts'

/** A plan that does without the names of root types. */
export type WithoutRootNames = (plan: QueryPlan) => QueryPlan

/**
 * Where a root is inside of an answer (`viewer: Query`), a subgraph may call its own otherwise: it would refuse a fragment
 * on the name that the supergraph has, and tell another in __typename.
 */
export function createWithoutRootNames(schema: GraphQLSchema): WithoutRootNames {
  const roots = Object.values(OperationTypeNode).flatMap((kind) => schema.getRootType(kind) ?? [])
  const isRoot = (type: unknown): boolean => (roots as unknown[]).includes(type)
  if (!Object.values(schema.getTypeMap()).some((type) => returnsAny(type, isRoot))) return (plan) => plan
  return (plan) => changeFetches(plan, (fetch, wrap) => wrap(withoutNames(fetch, schema, isRoot)))
}

const returnsAny = (type: GraphQLNamedType, isRoot: (type: unknown) => boolean): boolean =>
  (isObjectType(type) || isInterfaceType(type)) &&
  Object.values(type.getFields()).some((field) => isRoot(getNamedType(field.type)))

function withoutNames(
  fetch: FetchNode,
  schema: GraphQLSchema,
  isRoot: (type: unknown) => boolean,
): FetchNode {
  const types = new TypeInfo(schema)
  const unnamed = (field: FieldNode): FieldNode | undefined =>
    isTypename(field) && isRoot(types.getParentType())
      ? { ...field, alias: nameNode('typename__root') }
      : undefined
  const before = parseOperation(fetch.operation)
  const operation: OperationDefinitionNode = visit(before, visitWithTypeInfo(types, { Field: unnamed }))
  const open = operation.selectionSet.selections.flatMap((one): readonly SelectionNode[] =>
    one.kind === Kind.INLINE_FRAGMENT && isRoot(schema.getType(one.typeCondition?.name.value ?? ''))
      ? one.selectionSet.selections
      : [one],
  )
  const whole = { ...operation, selectionSet: { ...operation.selectionSet, selections: open } }
  return withOperation(fetch, textOf(whole))
}
