import type { QueryPlan } from '@apollo/query-planner'
import {
  type DocumentNode,
  type FieldNode,
  GraphQLError,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isCompositeType,
  Kind,
  type SelectionSetNode,
} from 'graphql'
import { operationOf, responseKey } from '../nodes.ts'
import { foresee, TooLarge } from './foresee.ts'
import type { Promised } from './promised.ts'
import { callOf, type Known, meets, type Shape } from './shape.ts'
import type { SubgraphSchemas } from './subgraph-schemas.ts'

type Given = {
  supergraphSchema: GraphQLSchema
  schema: GraphQLSchema
  promised: Promised
  schemaOf: SubgraphSchemas
}

/** Refuses a plan that would leave out or mix up something the operation asks for. */
export type Verifier = (plan: QueryPlan, document: DocumentNode) => void

// Without the type's name, which is the schema's and not the client's.
const unresolvable = (field: FieldNode): GraphQLError =>
  new GraphQLError(
    `Field "${field.name.value}" cannot be resolved here: no plan over the subgraphs answers it.`,
    {
      extensions: { code: 'UNRESOLVABLE_FIELD' },
    },
  )

/**
 * The planner leaves out, without a word, what it finds no way to (fields of an interface that only interface
 * objects implement, for one). So a plan is followed once, without data, and compared with what was asked.
 */
export function createVerifier({ supergraphSchema, schema, promised, schemaOf }: Given): Verifier {
  return (plan, document) => {
    const operation = operationOf(document)
    const root = schema.getRootType(operation.operation)
    if (!root) throw new Error(`The schema has no ${operation.operation}`)
    try {
      const known = foresee(plan, root.name, { supergraph: supergraphSchema, subgraph: schemaOf, promised })
      compare(schema, operation.selectionSet, root.name, known)
    } catch (error) {
      if (!(error instanceof TooLarge)) throw error
    }
  }
}

/** Compares what was asked of an object of one type with what will be known about it. */
function compare(schema: GraphQLSchema, set: SelectionSetNode, type: string, known: Known): void {
  const definition = schema.getType(type)
  if (!definition || !('getFields' in definition)) return
  for (const one of set.selections) {
    if (one.kind === Kind.INLINE_FRAGMENT) {
      const condition = one.typeCondition?.name.value
      if (!condition || meets(schema, type, condition)) compare(schema, one.selectionSet, type, known)
    } else if (one.kind === Kind.FIELD && !one.name.value.startsWith('__')) {
      const found = known.get(responseKey(one))
      if (found?.call !== callOf(one)) throw unresolvable(one)
      const returns = definition.getFields()[one.name.value]
      if (one.selectionSet && returns && isCompositeType(getNamedType(returns.type)))
        compareBelow(schema, one, getNamedType(returns.type).name, found.below)
    }
  }
}

function compareBelow(
  schema: GraphQLSchema,
  field: FieldNode,
  returns: string,
  shape: Shape = new Map(),
): void {
  const set = field.selectionSet
  const abstract = isAbstractType(schema.getType(returns))
  for (const [type, known] of shape) {
    if (!set || !schema.getType(type)) continue
    const told = known.get('__typename')?.call
    // An interface object that nobody asked for its type stays one; otherwise it must have learnt it.
    const typeless = told === undefined || told === returns
    if (abstract && told !== type && !(typeless && !needsType(schema, set, returns)))
      throw unresolvable(field)
    compare(schema, set, type, known)
  }
}

/** Whether what is asked depends on an object's type. */
const needsType = (schema: GraphQLSchema, set: SelectionSetNode, returns: string): boolean =>
  set.selections.some((one) => {
    if (one.kind === Kind.FIELD) return one.name.value === '__typename'
    if (one.kind !== Kind.INLINE_FRAGMENT) return false
    const condition = one.typeCondition?.name.value
    return (condition && !meets(schema, returns, condition)) || needsType(schema, one.selectionSet, returns)
  })
