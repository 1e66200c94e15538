import type { QueryPlan } from '@apollo/query-planner'
import {
  type FloatValueNode,
  type GraphQLSchema,
  getNamedType,
  type IntValueNode,
  isScalarType,
  isSpecifiedScalarType,
  Kind,
  type OperationDefinitionNode,
  TypeInfo,
  type ValueNode,
  visit,
  visitWithTypeInfo,
} from 'graphql'
import { changeFetches, withOperation } from './walk.ts'

const mark = '\u0000n:'
const marked = /"\\u0000n:([-+.\deE]+)"/g

/** Whether a number is written as JavaScript would write it again. */
const canonical = ({ value }: IntValueNode | FloatValueNode): boolean => String(Number(value)) === value

/**
 * The operation with its numbers as the planner leaves them: it reads each into a JavaScript number and writes that. In
 * scalars of one's own, where digits may count (`9007199254740993`, `1.50`), they go through it as marked strings.
 */
export function keepNumbers(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
): OperationDefinitionNode {
  const types = new TypeInfo(schema)
  const kept = (node: IntValueNode | FloatValueNode): ValueNode | undefined => {
    if (canonical(node)) return undefined
    const type = getNamedType(types.getInputType())
    // Inside an object of such a scalar nothing has a type.
    if (!type || (isScalarType(type) && !isSpecifiedScalarType(type)))
      return { kind: Kind.STRING, value: mark + node.value }
    const value = String(Number(node.value))
    const kind = /^-?\d+$/.test(value) ? Kind.INT : Kind.FLOAT
    return type.name === 'ID' ? undefined : { kind, value }
  }
  return visit(operation, visitWithTypeInfo(types, { IntValue: kept, FloatValue: kept }))
}

/** The plan with the numbers of the operation in its fetches. */
export const withNumbers = (plan: QueryPlan): QueryPlan =>
  changeFetches(plan, (fetch, wrap) => {
    const operation = fetch.operation.replace(marked, '$1')
    return wrap(operation === fetch.operation ? fetch : withOperation(fetch, operation))
  })
