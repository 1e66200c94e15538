import { ApolloGateway, type GraphQLDataSource, type ServiceEndpointDefinition } from '@apollo/gateway'
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
import { parse, print } from 'graphql'
import { guarded } from '../guard/access.ts'
import type { Caller } from '../guard/identity.ts'
import { withoutSecurity } from './security.ts'

process.env['APOLLO_TELEMETRY_DISABLED'] = '1'

/** What every fetch of one request knows. */
export type RouterContext = Caller & { requestId: string }

/** One version of the supergraph: its planner and the server that executes on it. */
export type Generation = {
  server: ApolloServer<RouterContext>
  /** Names, in the file's order. */
  subgraphs: string[]
  close(): Promise<void>
}

export type GenerationOptions = Pick<ApolloServerOptions<RouterContext>, 'formatError' | 'plugins'> & {
  source(definition: ServiceEndpointDefinition): GraphQLDataSource<RouterContext>
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
  const subgraphs: string[] = []
  const document = parse(sdl)
  const gateway = new ApolloGateway({
    supergraphSdl: print(withoutSecurity(document)),
    validateSupergraph: true,
    __exposeQueryPlanExperimental: options.open,
    logger,
    buildService(definition) {
      subgraphs.push(definition.name)
      return options.source(definition) as GraphQLDataSource
    },
  })
  const server = new ApolloServer<RouterContext>({
    gateway: guarded(gateway, document, options.onDenied),
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
