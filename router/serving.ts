import type { Handle } from '@puchi/platform/http/exchange'
import type { Log } from '@puchi/platform/log'
import type { Telemetry } from '@puchi/platform/telemetry'
import { createPlans } from './execute/compile/plans.ts'
import type { Flags } from './flags.ts'
import { chooseIdentity } from './guard/identity/choose.ts'
import { foreignTo } from './guard/origins.ts'
import { rulesFor } from './guard/rules.ts'
import { front } from './http/front.ts'
import { openingOf } from './http/opening.ts'
import { createLive, type Live, liveLimitsOf } from './live/live.ts'
import { limitsOf } from './settings/limits.ts'
import { checkNames, located, type Settings, socketLocated } from './settings.ts'
import { buildWith } from './supergraph/build.ts'
import { namedOperations } from './supergraph/named-operations.ts'
import { createPersisted, manifestOf } from './supergraph/persisted.ts'
import { openSupergraph } from './supergraph/supergraph.ts'
import type { Surroundings } from './surroundings.ts'

export type ServingOptions = {
  /** The environment as it is: SUBGRAPH_<NAME>_URL stand in no settings. */
  given: NodeJS.ProcessEnv
  flags: Flags
  around: Surroundings
  log: Log
  telemetry: Telemetry
}

/** What answers the clients of one supergraph file. */
export type Serving = { handle: Handle; live: Live; close(): Promise<void> }

/** Loads the supergraph, and puts before it every guard that the settings ask for. */
export async function openServing(env: Settings, options: ServingOptions): Promise<Serving> {
  const { given, flags, around, log, telemetry } = options
  const { news, counters, overload, tracing, pools, fetches, breakers } = around
  const production = env.NODE_ENV === 'production'
  const { endpoints, operations } = await ownOperations(flags)
  const identity = await chooseIdentity(env, { heard: news, flags, log })
  const persisted = createPersisted(manifestOf(env), { safelist: env.ROUTER_SAFELIST === 'on', telemetry })
  const limits = limitsOf(env)
  const { ours } = identity
  const mutations = 'MUTATIONS_PER_MINUTE' in env ? env.MUTATIONS_PER_MINUTE : undefined
  const rules = await rulesFor({
    ...{ log, telemetry, production, news, counters, ours, operations, limits, mutations },
  })
  const locate = located(given, flags)
  const isForeign = foreignTo(env.CORS_ORIGINS)
  const patience = env.SUBGRAPH_TIMEOUT_MS
  const fetching = { pools, breakers, identity, fetches, log, locate, patience, tracing }
  const manifest = [...persisted.manifest.values()]
  const build = overload.excused(buildWith({ rules, fetching, log, manifest, plans: createPlans(telemetry) }))
  const supergraph = await openSupergraph({ file: env.SUPERGRAPH_FILE, build, log, telemetry })
  const live = createLive({
    ...{ supergraph, identity, persisted, overload, counters, log, telemetry, tracing, isForeign },
    locate: socketLocated(flags, locate),
    formatError: rules.formatError,
    limits: liveLimitsOf(env),
  })
  try {
    await supergraph.serve(async ({ subgraphs }) => checkNames(flags, subgraphs))
    const handle = await front({
      ...{ supergraph, identity, persisted, live, locate, endpoints, overload, tracing, isForeign },
      origins: env.CORS_ORIGINS,
      opening: production ? null : openingOf(env, operations),
      bodyLimit: limits.body,
      patience: env.ROUTER_TIMEOUT_MS,
    })
    return { handle, live, close: supergraph.close }
  } catch (error) {
    await supergraph.close()
    throw error
  }
}

/** What Puchi's own clients send. */
async function ownOperations({ anonymous }: Flags) {
  if (anonymous) return { endpoints: [], operations: [] }
  const { restEndpoints } = await import('./http/rest/endpoints.ts')
  const endpoints = restEndpoints()
  return { endpoints, operations: [...namedOperations(), ...endpoints] }
}
