import { setImmediate as immediate } from 'node:timers/promises'
import { ApolloServer, HeaderMap } from '@apollo/server'
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled'
import { accessRules } from '@puchi/platform/access/rules'
import { documentStore } from '@puchi/platform/graphql/documents'
import type { GraphQLParams } from '@puchi/platform/graphql/params'
import type { Log } from '@puchi/platform/log'
import type { Tracing } from '@puchi/platform/tracing'
import { buildASTSchema, type DocumentNode, type FormattedExecutionResult, type GraphQLSchema } from 'graphql'
import { createKnownOperations, type KnownOperations, noting } from '../execute/compile/known-operations.ts'
import type { Plans } from '../execute/compile/plans.ts'
import type { Data } from '../execute/data.ts'
import { createGateway, type Gateway } from '../execute/gateway.ts'
import type { RouterContext } from '../execute/source.ts'
import type { SubgraphFetch } from '../execute/subgraph.ts'
import { guarded } from '../guard/access.ts'
import { createLimits } from '../guard/limits.ts'
import { type Admit, requestLimits } from '../guard/request-limits.ts'
import type { Rules } from '../guard/rules.ts'
import { createPlanning, type Planning } from '../plan/planning.ts'
import { createFastPath, type FastPath } from './fast-path.ts'

process.env['APOLLO_TELEMETRY_DISABLED'] = '1'

/** One version of the supergraph: its planner and the server that executes on it. */
export type Generation = {
  server: ApolloServer<RouterContext>
  /** The fast path, for operations that the server has let pass before. */
  fastPath: FastPath
  /** Whether a text is known to be valid. */
  knows(text: string): boolean
  /** Refuses what exceeds a limit, before the server sees it. */
  admit: Admit
  /** Executes what came by another way than GraphQL over HTTP. */
  ask(params: GraphQLParams, context: RouterContext): Promise<FormattedExecutionResult<Data>>
  /** The supergraph as it was composed. */
  document: DocumentNode
  /** Names, in the file's order. */
  subgraphs: string[]
  /** What clients see. */
  schema: GraphQLSchema
  close(): Promise<void>
}

export type GenerationOptions = Rules & {
  fetch(subgraphs: Planning['subgraphs']): SubgraphFetch
  log: Log
  tracing?: Pick<Tracing, 'part'> | undefined
  plans: Plans
  /** Texts to plan and compile before traffic. */
  manifest: readonly string[]
}

/**
 * Builds a version from its SDL. Throws where that is no supergraph. Each version gets a gateway of its own, since one
 * that is updated in place plans requests under way on a schema that they were not validated against.
 */
export async function createGeneration(sdl: string, options: GenerationOptions): Promise<Generation> {
  const quieter = options.log.isLevelEnabled('info') ? 'warn' : options.log.level
  const logger = options.log.child({}, { level: quieter })
  const planning = planningWith(options.plans.timed(createPlanning(sdl)), options.tracing)
  const { composed: document } = planning
  const whole = buildASTSchema(document, { assumeValidSDL: true })
  const known = createKnownOperations()
  const admit = requestLimits(createLimits(whole, options.limits, options.onLimit), known)
  for (const warning of planning.warnings) logger.warn(warning)
  const subgraphs = planning.subgraphs.map(({ name }) => name)
  const fetch = options.fetch(planning.subgraphs)
  const gateway = createGateway({ planning, fetch, showPlans: options.open, plans: options.plans })
  const guard = guarded(gateway, accessRules(document, whole), options.onDenied)
  const { formatError, measure, open } = options
  const unfit = await prepare(gateway, known, options.manifest)
  if (unfit > 0) logger.warn({ operations: unfit }, 'published operations do not fit the supergraph')
  const fastPath = createFastPath({
    gateway,
    known,
    fetch,
    plans: options.plans,
    admits: guard.admits,
    formatError,
    measure,
    open,
  })
  const server = new ApolloServer<RouterContext>({
    gateway: guard,
    introspection: open,
    plugins: [...disabled(), ...options.plugins, noting(known)],
    formatError,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    persistedQueries: false,
    documentStore: documentStore(),
    logger,
  })
  await server.start()
  return {
    server,
    fastPath,
    admit,
    ask: asking(server, fastPath),
    knows: known.has,
    document,
    subgraphs,
    schema: planning.schema,
    close: () => server.stop(),
  }
}

/** Shows each plan that is made in the trace of its request. */
function planningWith(planning: Planning, tracing: GenerationOptions['tracing']): Planning {
  if (!tracing) return planning
  return { ...planning, plan: (...given) => tracing.part('plan', {}, () => planning.plan(...given)) }
}

/** Makes texts known ahead of their first use; the number of those that do not fit the schema. */
async function prepare(gateway: Gateway, known: KnownOperations, texts: readonly string[]): Promise<number> {
  let unfit = 0
  for (const text of texts) {
    // Each takes milliseconds to plan: whoever else lives in this process, or is served meanwhile, has a turn between.
    await immediate()
    const document = gateway.prepare(text)
    if (document) known.publish(text, document)
    else unfit += 1
  }
  return unfit
}

const asking =
  (server: ApolloServer<RouterContext>, fastPath: FastPath): Generation['ask'] =>
  async (params, contextValue) => {
    const known = await fastPath(params, { headers: {} }, contextValue)
    if (known) return JSON.parse(known.text)
    const http = { method: 'POST', headers: new HeaderMap(), search: '', body: params }
    const { body } = await server.executeOperation<Data>({ ...params, http }, { contextValue })
    if (body.kind !== 'single') throw new Error('incremental delivery is not served')
    return body.singleResult
  }

const disabled = () => [
  ApolloServerPluginCacheControlDisabled(),
  ApolloServerPluginInlineTraceDisabled(),
  ApolloServerPluginLandingPageDisabled(),
  ApolloServerPluginSchemaReportingDisabled(),
  ApolloServerPluginUsageReportingDisabled(),
]
