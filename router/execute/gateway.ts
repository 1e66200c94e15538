import { prettyFormatQueryPlan } from '@apollo/query-planner'
import type {
  GatewayExecutionResult,
  GatewayGraphQLRequestContext,
  GatewayInterface,
} from '@apollo/server-gateway-interface'
import { type DocumentNode, GraphQLError, parse, validate } from 'graphql'
import { LRUCache } from 'lru-cache'
import { isLate } from '../plan/attempt.ts'
import type { Planning } from '../plan/planning.ts'
import type { Plans } from '../plan/plans.ts'
import { execute } from './execute.ts'
import { type CompiledOperation, compileOperation } from './operation.ts'
import { offer, type Subscribing } from './source.ts'
import type { Data, SubgraphFetch } from './subgraph.ts'

export type GatewayOptions<Context> = {
  planning: Planning
  fetch: SubgraphFetch<Context>
  /** How many operations stay compiled. */
  keep?: number
  /** Milliseconds after which a plan that was not found in time is looked for again. */
  soon?: number
  /** Whether a client may ask for the plan, as Apollo's explorers do. */
  showPlans?: boolean
  plans?: Plans | undefined
}

/** Executes for ApolloServer, and for whoever knows an operation already. */
export type Gateway = GatewayInterface & {
  planning: Planning
  /** The compiled form of a text's operation; compiled once, also when that fails. */
  compiled(text: string, document: DocumentNode, operationName?: string | null): CompiledOperation
  /** Compiles a text's operations ahead of their use; its document, or undefined where it does not fit the schema. */
  prepare(text: string): DocumentNode | undefined
}

type Compiled = { operation: CompiledOperation } | { failure: unknown }

/** A gateway over one version of a supergraph. A new version gets a new one, since it needs another validation too. */
export function createGateway<Context>(options: GatewayOptions<Context>): Gateway {
  const { planning, fetch, keep = 2_000, soon = 10_000, showPlans = false, plans } = options
  const recent = new LRUCache<string, Compiled>({ max: keep })

  function compiled(text: string, document: DocumentNode, operationName?: string | null): CompiledOperation {
    const key = `${operationName ?? ''}\n${text}`
    let found = recent.get(key)
    if (found) plans?.hit()
    else {
      plans?.miss()
      found = attempt(planning, document, operationName)
      recent.set(key, found, 'failure' in found && isLate(found.failure) ? { ttl: soon } : {})
      plans?.kept(recent.size)
    }
    if ('failure' in found) throw found.failure
    return found.operation
  }
  async function executor(request: GatewayGraphQLRequestContext): Promise<GatewayExecutionResult> {
    const operation = planned(() => compiled(request.source, request.document, request.request.operationName))
    if (operation instanceof GraphQLError) return { errors: [operation] }
    const variables: Data = request.request.variables ?? {}
    const { subscribing } = request.context as { subscribing?: Subscribing<Context> }
    if (operation.kind === 'subscription' && subscribing)
      return offer(subscribing, { compiled: operation, text: request.source, variables, fetch })
    const result = await execute(operation, { variables, fetch, context: request.context as Context })
    return showPlans && asksForPlan(request) ? withPlan(result, operation, variables) : result
  }
  return {
    planning,
    compiled,
    prepare: (text) => prepared(planning, text, compiled),
    load: async () => ({ executor }),
    onSchemaLoadOrUpdate(tell) {
      tell({ apiSchema: planning.schema, coreSupergraphSdl: planning.supergraphSdl })
      return () => undefined
    },
    stop: async () => undefined,
  }
}

function attempt(planning: Planning, document: DocumentNode, operationName?: string | null): Compiled {
  try {
    return { operation: compileOperation(planning, document, operationName) }
  } catch (failure) {
    return { failure }
  }
}

function prepared(
  { schema }: Planning,
  text: string,
  compiled: Gateway['compiled'],
): DocumentNode | undefined {
  try {
    const document = parse(text)
    if (validate(schema, document).length) return undefined
    for (const one of document.definitions)
      if (one.kind === 'OperationDefinition') compiled(text, document, one.name?.value).variantFor({})
    return document
  } catch {
    return undefined
  }
}

/** What a thunk makes, or the refusal it throws. */
function planned<Made>(make: () => Made): Made | GraphQLError {
  try {
    return make()
  } catch (error) {
    if (error instanceof GraphQLError) return error
    throw error
  }
}

const asksForPlan = ({ request }: GatewayGraphQLRequestContext): boolean =>
  Boolean(request.http?.headers.get('Apollo-Query-Plan-Experimental'))

function withPlan(
  result: GatewayExecutionResult,
  operation: CompiledOperation,
  variables: Data,
): GatewayExecutionResult {
  const { plan } = operation.variantFor(variables)
  const text = plan.node ? prettyFormatQueryPlan(plan) : true
  return { ...result, extensions: { ...result.extensions, __queryPlanExperimental: text } }
}
