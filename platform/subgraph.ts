import { sdlOf } from '@puchi/schema/sdl'
import type { z } from 'zod'
import type { OnDenied } from './access/resolvers.ts'
import { openAdmin } from './admin.ts'
import { watchDatabase } from './database/pool.ts'
import type { callerSettings, processSettings } from './env.ts'
import { answer } from './http/answer.ts'
import { openDoor } from './http/door.ts'
import type { Handle } from './http/exchange.ts'
import { onlyRead } from './http/only-read.ts'
import { admission } from './identity/caller.ts'
import { tokenRulesOf, tokenVerifier } from './identity/token.ts'
import type { Client, Viewer } from './identity/viewer.ts'
import type { ViewerOf } from './identity/viewers.ts'
import { closeAll, type Service } from './lifecycle.ts'
import { liveOperations } from './live/operations.ts'
import { openSockets } from './live/sockets.ts'
import type { Log } from './log.ts'
import { openGraphQLDoor } from './subgraph/door.ts'
import { type SubgraphContext, subgraphSchema } from './subgraph/schema.ts'
import type { Telemetry } from './telemetry.ts'
import { openTracing } from './tracing.ts'

export type SubgraphOptions<C extends SubgraphContext> = {
  /** Its SDL is schema/<name>.graphql. */
  name: string
  resolvers: object
  /** Built anew for each request and each frame of a subscription, so that its loaders live as long as those do. */
  context(viewer: Viewer | null, client: Client): C
  /** What a user's request waits for. A frame of a subscription does not: it only reads, and thousands may begin at once. */
  firstSight?(userId: string): Promise<void>
  /** Resolves when the database answers, best by the client that requests go through: what that loads at its first query is there before them. */
  ping(): Promise<unknown>
  /** Names what is away, beside the database, without making the service unready. */
  degraded(): string[]
  /** Ends what the service holds, after the last request was answered. */
  release(): Promise<void>
  settings: SubgraphSettings
  /** Where permissions are looked up for those whom another router sends. */
  viewerOf: ViewerOf
  /** What the service answers beside GraphQL, by path. */
  routes?: Record<string, Handle>
  onDenied?: OnDenied
  log: Log
  telemetry: Telemetry
}

export type SubgraphSettings = {
  host: string
  port: number
  adminPort: number
  routerSecrets: string[]
  routerCredentials: string[]
  token: Parameters<typeof tokenVerifier>[0]
  /** Where traces are sent; none are made without it. */
  traces?: string | undefined
}

type CallerEnv = z.output<
  z.ZodObject<typeof callerSettings & Pick<typeof processSettings, 'HOST' | 'OTEL_EXPORTER_OTLP_ENDPOINT'>>
>

/** Of a subgraph's settings what comes from its environment under the same names in every subgraph. */
export const sharedSettingsOf = (env: CallerEnv): Omit<SubgraphSettings, 'port' | 'adminPort'> => ({
  host: env.HOST,
  traces: env.OTEL_EXPORTER_OTLP_ENDPOINT,
  routerSecrets: env.ROUTER_SECRETS,
  routerCredentials: env.ROUTER_CREDENTIALS,
  token: tokenRulesOf(env),
})

/** Serves a subgraph to routers: /graphql and /healthz on one port, /livez /readyz /metrics on another. */
export async function serveSubgraph<C extends SubgraphContext>(
  options: SubgraphOptions<C>,
): Promise<Service> {
  const { name, settings, context, firstSight, log, telemetry, routes = {} } = options
  const schema = subgraphSchema({ ...options, sdl: sdlOf(name) })
  const admit = admission({
    secrets: settings.routerSecrets,
    credentials: settings.routerCredentials,
    verify: tokenVerifier(settings.token),
    viewerOf: options.viewerOf,
  })
  const { answer: answerRouter, stop } = await openGraphQLDoor<C>({
    schema,
    admit,
    async context(viewer, client) {
      if (viewer) await firstSight?.(viewer.userId)
      return context(viewer, client)
    },
    log,
    telemetry,
  })
  const tracing = await openTracing(name, settings.traces)
  const serveRouter: Handle = tracing
    ? (exchange) => tracing.whole(exchange, () => answerRouter(exchange))
    : answerRouter
  const database = watchDatabase(options.ping, telemetry)
  let closing = false

  const { host, port, adminPort } = settings
  const health = {
    ready: () => database.answers.ever && !closing,
    degraded: () => [...(database.answers.now ? [] : ['database']), ...options.degraded()],
  }
  const door = await openDoor({ handle: byPath(serveRouter, routes), host, port, log })
  const live = liveOperations({ schema, context, log })
  const sockets = openSockets({ server: door.server, path: '/graphql', admit, live, log })
  const admin = await openAdmin({ port: adminPort, host, health, telemetry, log })
  log.info({ port: door.port, adminPort: admin.port }, `${name} listens`)
  return {
    name,
    url: `http://localhost:${door.port}/graphql`,
    adminUrl: `http://localhost:${admin.port}`,
    async close() {
      closing = true
      database.stop()
      await closeAll(
        sockets.drain,
        door.drain,
        stop,
        options.release,
        async () => tracing?.close(),
        admin.drain,
      )
    },
  }
}

const healthz = onlyRead(async (exchange) => answer(exchange, 200, 'text/plain', 'ok'))

const byPath =
  (serveRouter: Handle, routes: Record<string, Handle>): Handle =>
  async (exchange) => {
    const { pathname } = exchange.url
    if (pathname === '/graphql') return serveRouter(exchange)
    if (pathname === '/healthz') return healthz(exchange)
    if (Object.hasOwn(routes, pathname)) return routes[pathname]?.(exchange)
    answer(exchange, 404, 'text/plain', 'not found')
  }
