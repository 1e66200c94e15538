import { prettyFormatQueryPlan } from '@apollo/query-planner'
import type {
  GatewayExecutionResult,
  GatewayGraphQLRequestContext,
  GatewayInterface,
} from '@apollo/server-gateway-interface'
import { roomForDocuments } from '@puchi/platform/graphql/documents'
import { type DocumentNode, GraphQLError, Kind, parse, validate } from 'graphql'
import { LRUCache } from 'lru-cache'
import type { Planning } from '../plan/planning.ts'
import { isLate } from '../plan/ways/attempt.ts'
import { type CompiledOperation, compileOperation } from './compile/operation.ts'
import type { Plans } from './compile/plans.ts'
import { createVariantStore, type VariantStore } from './compile/variant-store.ts'
import type { Data } from './data.ts'
import { execute } from './execute.ts'
import { offer, type RouterContext } from './source.ts'
import type { SubgraphFetch } from './subgraph.ts'

export type GatewayOptions = {
  planning: Planning
  fetch: SubgraphFetch
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
type Compiling = { operationName?: string | null | undefined; store: VariantStore }

/** A gateway over one version of a supergraph. A new version gets a new one, since it needs another validation too. */
export function createGateway(options: GatewayOptions): Gateway {
  const { planning, fetch, soon = 10_000, showPlans = false, plans } = options
  const recent = new LRUCache<string, Compiled>({
    ...roomForDocuments,
    sizeCalculation: (_, key) => key.length,
  })
  const prepared = new Map<string, Compiled>()
  const store = createVariantStore()

  function compiled(text: string, document: DocumentNode, operationName?: string | null): CompiledOperation {
    const key = keyOf(text, operationName)
    let found = prepared.get(key) ?? recent.get(key)
    if (found) plans?.hit()
    else {
      plans?.miss()
      found = attempt(planning, document, { operationName, store })
      recent.set(key, found, 'failure' in found && isLate(found.failure) ? { ttl: soon } : {})
      plans?.kept(recent.size + prepared.size)
    }
    if ('failure' in found) throw found.failure
    return found.operation
  }
  async function executor(request: GatewayGraphQLRequestContext): Promise<GatewayExecutionResult> {
    const operation = planned(() => compiled(request.source, request.document, request.request.operationName))
    if (operation instanceof GraphQLError) return { errors: [operation] }
    const variables: Data = request.request.variables ?? {}
    const context = request.context as RouterContext
    if (operation.kind === 'subscription' && context.subscribing)
      return offer(context.subscribing, { compiled: operation, text: request.source, variables, fetch })
    const result = await execute(operation, { variables, fetch, context })
    return showPlans && asksForPlan(request) ? withPlan(result, operation, variables) : result
  }
  return {
    planning,
    compiled,
    prepare(text) {
      try {
        const { document, operations } = prepare(planning, text)
        for (const [key, one] of operations) prepared.set(key, one)
        return document
      } catch {
        return undefined
      }
    },
    load: async () => ({ executor }),
    onSchemaLoadOrUpdate(tell) {
      tell({ apiSchema: planning.schema, coreSupergraphSdl: planning.supergraphSdl })
      return () => undefined
    },
    stop: async () => undefined,
  }
}

function attempt(planning: Planning, document: DocumentNode, { operationName, store }: Compiling): Compiled {
  try {
    return { operation: compileOperation(planning, document, operationName, store) }
  } catch (failure) {
    return { failure }
  }
}

const keyOf = (text: string, operationName?: string | null): string => `${operationName ?? ''}\n${text}`

/** Every operation of a text by its key, compiled for good; throws where the text does not fit the schema. */
function prepare(
  planning: Planning,
  text: string,
): { document: DocumentNode; operations: [string, Compiled][] } {
  const document = parse(text)
  const [fault] = validate(planning.schema, document)
  if (fault) throw fault
  const operations = document.definitions.flatMap((one): [string, Compiled][] => {
    if (one.kind !== Kind.OPERATION_DEFINITION) return []
    const operation = compileOperation(planning, document, one.name?.value)
    operation.variantFor({})
    return [[keyOf(text, one.name?.value), { operation }]]
  })
  const [only, ...more] = operations
  // Where there is one, its name need not be given.
  return { document, operations: only && !more.length ? [only, [keyOf(text), only[1]]] : operations }
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
