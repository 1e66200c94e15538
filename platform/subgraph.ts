import type { GraphQLSchema } from 'graphql'
import type { z } from 'zod'
import type { OnDenied } from './access-resolvers.ts'
import { openAdmin } from './admin.ts'
import { type Admit, admission } from './caller.ts'
import { watchDatabase } from './database.ts'
import type { callerSettings, processSettings } from './env.ts'
import { Refusal } from './errors.ts'
import { answerGraphQL, mediaFor, readGraphQL } from './graphql-http.ts'
import { askedOf } from './graphql-request.ts'
import { answer, type Exchange, type Handle, openDoor } from './http.ts'
import { leanPath } from './lean.ts'
import { closeAll, type Service } from './lifecycle.ts'
import { liveOperations } from './live/operations.ts'
import { openSockets } from './live/sockets.ts'
import type { Log } from './log.ts'
import { measured, requestMeasure } from './measure.ts'
import { headerNames } from './signature.ts'
import { type SubgraphContext, subgraphSchema, subgraphServer } from './subgraph-schema.ts'
import type { Telemetry } from './telemetry.ts'
import { tokenRulesOf, tokenVerifier } from './token.ts'
import { openTracing } from './tracing.ts'
import type { Client, Viewer } from './viewer.ts'
import type { ViewerOf } from './viewers.ts'

export type SubgraphOptions<C extends SubgraphContext> = {
  name: string
  /** SDL of schema/<name>.graphql. */
  sdl: string
  resolvers: object
  /** Built anew for each request, so that its loaders live as long as it does. */
  context(viewer: Viewer | null, client: Client): C | Promise<C>
  /** The same for each frame of a subscription, which only reads: thousands may begin at once. */
  liveContext(viewer: Viewer | null, client: Client): C
  /** Resolves when the database answers. */
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
export const callersOf = (env: CallerEnv): Omit<SubgraphSettings, 'port' | 'adminPort'> => ({
  host: env.HOST,
  traces: env.OTEL_EXPORTER_OTLP_ENDPOINT,
  routerSecrets: env.ROUTER_SECRETS,
  routerCredentials: env.ROUTER_CREDENTIALS,
  token: tokenRulesOf(env),
})

const bodyLimit = 4 * 1024 * 1024

/** Serves a subgraph to routers: /graphql and /healthz on one port, /livez /readyz /metrics on another. */
export async function serveSubgraph<C extends SubgraphContext>(
  options: SubgraphOptions<C>,
): Promise<Service> {
  const { name, settings, log, telemetry, routes = {} } = options
  const schema = subgraphSchema(options)
  const { routerSecrets: secrets, routerCredentials: credentials } = options.settings
  const admit = admission({
    secrets,
    credentials,
    verify: tokenVerifier(options.settings.token),
    viewerOf: options.viewerOf,
  })
  const { answer: answerRouter, stop } = await openGraphQL(options, { schema, admit })
  const tracing = await openTracing(name, options.settings.traces)
  const serveRouter: Handle = tracing
    ? (exchange) => tracing.whole(exchange, () => answerRouter(exchange))
    : answerRouter
  const database = watchDatabase(options.ping)
  const answers = () =>
    options.ping().then(
      () => 1,
      () => 0,
    )
  telemetry.asked('database_up', '1 where the database answers, else 0.', answers)
  let closing = false

  const handle = async (exchange: Exchange) => {
    const { pathname } = exchange.url
    if (pathname === '/graphql') return serveRouter(exchange)
    if (pathname === '/healthz') return answer(exchange, 200, 'text/plain', 'ok')
    if (Object.hasOwn(routes, pathname)) return routes[pathname]?.(exchange)
    answer(exchange, 404, 'text/plain', 'not found')
  }
  const { host, port, adminPort } = settings
  const health = {
    ready: () => database.answers.ever && !closing,
    degraded: () => [...(database.answers.now ? [] : ['database']), ...options.degraded()],
  }
  const door = await openDoor({ handle, host, port, log })
  const live = liveOperations({ schema, context: options.liveContext, log })
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

type GraphQLDoor = { answer: Handle; stop(): Promise<void> }

/** Answers routers: ours by the lean path where that can, everything else by an ApolloServer. */
async function openGraphQL<C extends SubgraphContext>(
  options: SubgraphOptions<C>,
  { schema, admit }: { schema: GraphQLSchema; admit: Admit },
): Promise<GraphQLDoor> {
  const { log, telemetry } = options
  const measure = requestMeasure(telemetry)
  const server = subgraphServer<C>(schema, log, [measured(measure)])
  await server.start()
  const lean = leanPath<C>({ schema, log, measure })
  return {
    stop: () => server.stop(),
    async answer(exchange) {
      const raw = await readGraphQL(exchange, bodyLimit)
      const { headers, method } = exchange.request
      const { viewer, client } = await admit({ headers, path: exchange.url.pathname, body: raw })
      // A signature covers the body and no search parameters: what a GET asks, nobody has signed.
      if (method !== 'POST' && headers[headerNames.signature] !== undefined) {
        exchange.response.setHeader('allow', 'POST')
        throw new Refusal('METHOD_NOT_ALLOWED', 'A signed call must be a POST.')
      }
      const context = await options.context(viewer, client)
      const asked = askedOf(exchange, raw)
      const result = method === 'POST' ? await lean(asked, context) : null
      if (!result) return answerGraphQL(exchange, server, { asked, context })
      answer(exchange, 200, `${mediaFor(exchange)}; charset=utf-8`, JSON.stringify(result))
    },
  }
}
