import { ApolloServer, type ApolloServerOptions } from '@apollo/server'
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled'
import type { OnDenied } from '@puchi/platform/access-resolvers'
import type { Log } from '@puchi/platform/log'
import { parse } from 'graphql'
import { createGateway } from '../execute/gateway.ts'
import type { Subscribing } from '../execute/source.ts'
import type { SubgraphFetch } from '../execute/subgraph.ts'
import { guarded } from '../guard/access.ts'
import type { Caller } from '../guard/identity.ts'
import { createPlanning, type Planning } from './planning.ts'

process.env['APOLLO_TELEMETRY_DISABLED'] = '1'

/** What every fetch of one request knows. */
export type RouterContext = Caller & { requestId: string; subscribing?: Subscribing<RouterContext> }

/** One version of the supergraph: its planner and the server that executes on it. */
export type Generation = {
  server: ApolloServer<RouterContext>
  /** Names, in the file's order. */
  subgraphs: string[]
  close(): Promise<void>
}

export type GenerationOptions = Pick<ApolloServerOptions<RouterContext>, 'formatError' | 'plugins'> & {
  fetch(subgraphs: Planning['subgraphs']): SubgraphFetch<RouterContext>
  onDenied: OnDenied
  /** Whether clients may read the schema and the plans. */
  open: boolean
  log: Log
}

// A wall before the parser recurses or allocates much; what an operation may cost is judged later.
const maxTokens = 10_000

/**
 * Builds a version from its SDL. Throws where that is no supergraph. Each version gets a gateway of its own, since one
 * that is updated in place plans requests under way on a schema that they were not validated against.
 */
export async function createGeneration(sdl: string, options: GenerationOptions): Promise<Generation> {
  const quieter = options.log.isLevelEnabled('info') ? 'warn' : options.log.level
  const logger = options.log.child({}, { level: quieter })
  const planning = createPlanning(sdl)
  for (const warning of planning.warnings) logger.warn(warning)
  const subgraphs = planning.subgraphs.map(({ name }) => name)
  const fetch = options.fetch(planning.subgraphs)
  const gateway = createGateway({ planning, fetch, showPlans: options.open })
  const server = new ApolloServer<RouterContext>({
    gateway: guarded(gateway, parse(sdl), options.onDenied),
    introspection: options.open,
    parseOptions: { maxTokens },
    plugins: [...disabled(), ...(options.plugins ?? [])],
    ...(options.formatError && { formatError: options.formatError }),
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    persistedQueries: false,
    logger,
  })
  await server.start()
  return { server, subgraphs, close: () => server.stop() }
}

const disabled = () => [
  ApolloServerPluginCacheControlDisabled(),
  ApolloServerPluginInlineTraceDisabled(),
  ApolloServerPluginLandingPageDisabled(),
  ApolloServerPluginSchemaReportingDisabled(),
  ApolloServerPluginUsageReportingDisabled(),
]
