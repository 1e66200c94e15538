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
import { buildASTSchema, parse } from 'graphql'
import { createGateway } from '../execute/gateway.ts'
import type { Subscribing } from '../execute/source.ts'
import type { SubgraphFetch } from '../execute/subgraph.ts'
import { guarded } from '../guard/access.ts'
import { type Admit, admission } from '../guard/admission.ts'
import type { Caller } from '../guard/identity.ts'
import type { LimitSettings } from '../guard/limits/settings.ts'
import { createLimits } from '../guard/limits.ts'
import { createPlanning, type Planning } from './planning.ts'

process.env['APOLLO_TELEMETRY_DISABLED'] = '1'

/** What every fetch of one request knows. */
export type RouterContext = Caller & {
  requestId: string
  /** When the whole answer is due, on the clock of `performance`: what is fetched by then is what it holds. */
  deadline?: number
  /** Told what to open, where the request may subscribe. */
  subscribing?: Subscribing<RouterContext>
}

/** One version of the supergraph: its planner and the server that executes on it. */
export type Generation = {
  server: ApolloServer<RouterContext>
  /** Refuses what asks too much, before the server sees it. */
  admit: Admit
  /** Names, in the file's order. */
  subgraphs: string[]
  close(): Promise<void>
}

export type GenerationOptions = Pick<ApolloServerOptions<RouterContext>, 'formatError' | 'plugins'> & {
  fetch(subgraphs: Planning['subgraphs']): SubgraphFetch<RouterContext>
  onDenied: OnDenied
  limits: LimitSettings
  /** Hears the limit of each request that passed one. */
  onLimit(limit: string): void
  /** Whether clients may read the schema and the plans. */
  open: boolean
  log: Log
}

/**
 * Builds a version from its SDL. Throws where that is no supergraph. Each version gets a gateway of its own, since one
 * that is updated in place plans requests under way on a schema that they were not validated against.
 */
export async function createGeneration(sdl: string, options: GenerationOptions): Promise<Generation> {
  const quieter = options.log.isLevelEnabled('info') ? 'warn' : options.log.level
  const logger = options.log.child({}, { level: quieter })
  const planning = createPlanning(sdl)
  const document = parse(sdl)
  const whole = buildASTSchema(document, { assumeValidSDL: true })
  const admit = admission(createLimits(whole, options.limits, options.onLimit))
  for (const warning of planning.warnings) logger.warn(warning)
  const subgraphs = planning.subgraphs.map(({ name }) => name)
  const fetch = options.fetch(planning.subgraphs)
  const gateway = createGateway({ planning, fetch, showPlans: options.open })
  const server = new ApolloServer<RouterContext>({
    gateway: guarded(gateway, document, options.onDenied),
    introspection: options.open,
    plugins: [...disabled(), ...(options.plugins ?? [])],
    ...(options.formatError && { formatError: options.formatError }),
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    persistedQueries: false,
    logger,
  })
  await server.start()
  return { server, admit, subgraphs, close: () => server.stop() }
}

const disabled = () => [
  ApolloServerPluginCacheControlDisabled(),
  ApolloServerPluginInlineTraceDisabled(),
  ApolloServerPluginLandingPageDisabled(),
  ApolloServerPluginSchemaReportingDisabled(),
  ApolloServerPluginUsageReportingDisabled(),
]
