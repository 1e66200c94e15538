import { openAdmin } from '@puchi/platform/admin'
import { type Connect, toRabbit } from '@puchi/platform/broker/connect'
import { readEnv } from '@puchi/platform/env'
import { openDoor } from '@puchi/platform/http'
import type { Service } from '@puchi/platform/lifecycle'
import { createLog } from '@puchi/platform/log'
import { createTelemetry } from '@puchi/platform/telemetry'
import { createBreakers } from './execute/breakers.ts'
import { createFetches } from './execute/fetches.ts'
import { createPools } from './execute/pools.ts'
import { type Flags, fromCommandLine, withFlags } from './flags.ts'
import { identityOf } from './guard/identity.ts'
import { limitsOf } from './guard/limits/settings.ts'
import { openNews } from './guard/news.ts'
import { createOverload } from './guard/overload.ts'
import { rulesFor } from './guard/rules.ts'
import { front } from './http/front.ts'
import { openingOf } from './http/opening.ts'
import { restEndpoints } from './http/rest/endpoints.ts'
import { createLive, liveLimitsOf } from './live/live.ts'
import { buildWith } from './plan/build.ts'
import { namedOperations } from './plan/operations.ts'
import { createPersisted, manifestOf } from './plan/persisted.ts'
import { openSupergraph } from './plan/supergraph.ts'
import { anonymousSettings, checkNames, located, settings } from './settings.ts'

export { settings }

/** Starts the router: the one door to the supergraph. Resolves when it answers. */
export async function start(
  given: NodeJS.ProcessEnv,
  connect: Connect = toRabbit,
  flags: Flags = {},
): Promise<Service> {
  const env = readEnv(flags.anonymous ? anonymousSettings : settings, withFlags(given, flags))
  const { HOST: host, SUPERGRAPH_FILE: file } = env
  const log = createLog('router', env.LOG_LEVEL)
  const telemetry = createTelemetry('router')
  const production = env.NODE_ENV === 'production'
  const endpoints = flags.anonymous ? [] : restEndpoints()
  const named = flags.anonymous ? [] : [...namedOperations(), ...endpoints]
  const fetches = createFetches(telemetry)
  const pools = createPools()
  let ready = false

  await using held = new AsyncDisposableStack()
  const news = await openNews(env, { connect, log, telemetry })
  held.defer(news.close)
  const overload = createOverload(telemetry, {
    most: env.ROUTER_MAX_IN_FLIGHT,
    longestLag: env.ROUTER_MAX_LAG_MS,
  })
  held.defer(overload.close)
  const health = {
    ready: () => ready && !overload.lags(),
    degraded: () => [...fetches.failing(), ...news.degraded()],
  }
  const admin = await openAdmin({ host, port: env.ROUTER_ADMIN_PORT, health, telemetry, log })
  held.defer(admin.drain)
  held.defer(pools.close)
  const identity = identityOf(env, news)
  const persisted = createPersisted(manifestOf(env), { safelist: env.ROUTER_SAFELIST === 'on', telemetry })
  const limits = limitsOf(env)
  const { ours } = identity
  const mutations = 'MUTATIONS_PER_MINUTE' in env ? env.MUTATIONS_PER_MINUTE : undefined
  const rules = rulesFor({ log, telemetry, production, news, ours, operations: named, limits, mutations })
  const breakers = createBreakers(telemetry)
  const locate = located(given, flags)
  const sources = { pools, breakers, identity, fetches, log, locate, patience: env.SUBGRAPH_TIMEOUT_MS }
  const manifest = [...persisted.manifest.values()]
  const build = overload.excused(buildWith({ rules, sources, log, manifest }))
  const supergraph = await openSupergraph({ file, build, log, telemetry })
  held.defer(supergraph.close)
  const live = createLive({
    ...{ supergraph, identity, persisted, log, telemetry },
    locate: sources.locate,
    formatError: rules.formatError,
    origins: env.CORS_ORIGINS,
    limits: liveLimitsOf(env),
  })
  await supergraph.serve(async ({ subgraphs }) => checkNames(flags, subgraphs))
  const opening = production ? null : openingOf(env, named)
  const handle = front({
    supergraph,
    identity,
    persisted,
    live,
    origins: env.CORS_ORIGINS,
    opening,
    locate,
    endpoints,
    overload,
    bodyLimit: limits.body,
    patience: env.ROUTER_TIMEOUT_MS,
  })
  const door = await openDoor({ handle, host, port: env.ROUTER_PORT, log, linger: production ? 3_000 : 0 })
  held.defer(door.drain)
  live.attach(door.server)
  held.defer(live.drain)
  held.defer(async () => {
    ready = false
  })
  ready = true
  log.info({ port: door.port, adminPort: admin.port }, 'router listens')
  const url = `http://localhost:${door.port}/graphql`
  const running = held.move()
  const close = () => running.disposeAsync()
  return { name: 'router', url, adminUrl: `http://localhost:${admin.port}`, close }
}

if (import.meta.main) await fromCommandLine((flags) => start(process.env, toRabbit, flags))
