import {
  type DocumentNode,
  GraphQLError,
  getOperationAST,
  type OperationDefinitionNode,
  type OperationTypeNode,
  visit,
} from 'graphql'
import { type Decisions, decidingVariables } from '../../plan/conditions.ts'
import type { Plan, Planning } from '../../plan/planning.ts'
import { fetchesOf } from '../../plan/walk.ts'
import { compileWrite, type Write } from '../result/write.ts'
import type { Step } from '../run.ts'
import { withoutKnownTypes } from './known-types.ts'
import { compileStep } from './steps.ts'
import type { VariantStore } from './variant-store.ts'

/** An operation under one set of decisions, ready to run. */
export type Variant = Plan & { step: Step | undefined; write: Write; fields: number }

/** An operation, planned and compiled once for every way its conditions can turn out. */
export type CompiledOperation = {
  planning: Planning
  kind: OperationTypeNode
  operation: OperationDefinitionNode
  /** The variant for these coerced variables; compiled at first use. */
  variantFor(variables: Decisions): Variant
}

/** Beyond this many decisions a client is trying things out; old variants make place. */
const maxVariants = 64

function operationOf(
  document: DocumentNode,
  operationName: string | null | undefined,
): OperationDefinitionNode {
  const operation = getOperationAST(document, operationName)
  if (operation) return operation
  const message = operationName
    ? `Unknown operation named "${operationName}".`
    : 'Must provide an operation name.'
  throw new GraphQLError(message, { extensions: { code: 'OPERATION_RESOLUTION_FAILURE' } })
}

/**
 * Compiles one operation of a valid document. Without conditions it is planned at once, so it throws here. What `store`
 * has no room for is compiled anew; without one everything stays.
 */
export function compileOperation(
  planning: Planning,
  document: DocumentNode,
  operationName?: string | null,
  store?: VariantStore,
): CompiledOperation {
  const operation = operationOf(document, operationName)
  const deciding = decidingVariables(document)
  const variants = new Map<string, Variant>()
  const variantFor = (variables: Decisions): Variant => {
    const key = deciding.map((name) => (variables[name] === true ? '1' : '0')).join('')
    const known = variants.get(key)
    if (known) {
      store?.use(known)
      return known
    }
    const variant = compileVariant(planning, planning.plan(document, operation, variables))
    const [oldest] = variants.keys()
    if (oldest !== undefined && variants.size >= maxVariants) variants.delete(oldest)
    const drop = () => variants.get(key) === variant && variants.delete(key)
    if (store?.add(variant, variant.fields, drop) !== false) variants.set(key, variant)
    return variant
  }
  if (!deciding.length) variantFor({})
  return { planning, kind: operation.operation, operation, variantFor }
}

function compileVariant(planning: Planning, plan: Plan): Variant {
  const asked = new Set<string>()
  let fields = 0
  visit(plan.operation, {
    Field(field) {
      fields += 1
      asked.add(plan.names.inner(field))
    },
  })
  const contextual = fetchesOf(plan.plan).some(({ fetch }) => fetch.contextRewrites?.length)
  const schema = planning.supergraphSchema
  const { plan: bare, typeAt } = withoutKnownTypes(plan.plan, schema)
  const compiling = { schema, names: plan.names, asked, typeAt, contextual }
  return {
    ...plan,
    fields,
    step: bare.node && compileStep(bare.node, compiling),
    write: compileWrite(planning.schema, plan.operation, plan.names),
  }
}
