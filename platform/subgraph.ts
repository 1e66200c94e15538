import { ApolloServer, type ApolloServerOptions, type BaseContext } from '@apollo/server'
import { ApolloServerPluginInlineTraceDisabled } from '@apollo/server/plugin/disabled'
import { buildSubgraphSchema } from '@apollo/subgraph'
import { parse } from 'graphql'
import type { z } from 'zod'
import { openAdmin } from './admin.ts'
import { type Admit, admission } from './caller.ts'
import { untilAnswered } from './database.ts'
import type { callerSettings, processSettings } from './env.ts'
import { answerGraphQL, readGraphQL } from './graphql-http.ts'
import { answer, type Exchange, openDoor } from './http.ts'
import { closeAll, type Service } from './lifecycle.ts'
import type { Log } from './log.ts'
import { maskErrors } from './masking.ts'
import { measured } from './measure.ts'
import type { Telemetry } from './telemetry.ts'
import { storableText } from './text.ts'
import { tokenVerifier } from './token.ts'
import type { Viewer } from './viewer.ts'

type Resolvers = NonNullable<
  Parameters<typeof buildSubgraphSchema>[0] extends infer P
    ? P extends { resolvers?: infer R }[]
      ? R
      : never
    : never
>

export type SubgraphOptions<C extends BaseContext> = {
  name: string
  /** SDL of schema/<name>.graphql. */
  sdl: string
  resolvers: object
  /** Built anew for each request, so that its loaders live as long as it does. */
  context(viewer: Viewer | null): C | Promise<C>
  /** Resolves when the database answers. */
  ping(): Promise<unknown>
  /** Names what is away without making the service unready. */
  degraded(): string[]
  /** Ends what the service holds, after the last request was answered. */
  release(): Promise<void>
  settings: SubgraphSettings
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
}

type CallerEnv = z.output<z.ZodObject<typeof callerSettings & Pick<typeof processSettings, 'HOST'>>>

/** Of a subgraph's settings what comes from its environment under the same names in every subgraph. */
export const callersOf = (env: CallerEnv): Omit<SubgraphSettings, 'port' | 'adminPort'> => ({
  host: env.HOST,
  routerSecrets: env.ROUTER_SECRETS,
  routerCredentials: env.ROUTER_CREDENTIALS,
  token: {
    issuer: env.CLERK_ISSUER,
    jwksUrl: env.CLERK_JWKS_URL,
    authorizedParties: env.CLERK_AUTHORIZED_PARTIES,
    maxSeconds: env.TOKEN_MAX_SECONDS,
  },
})

const bodyLimit = 4 * 1024 * 1024

/** The executable schema of a subgraph, as its tests and its server both use it. */
export const subgraphSchema = (sdl: string, resolvers: object) =>
  buildSubgraphSchema([{ typeDefs: parse(sdl), resolvers: resolvers as Resolvers }])

/** How a subgraph's ApolloServer is set up, for its tests too. */
export const subgraphServer = <C extends BaseContext>(
  { sdl, resolvers, log }: Pick<SubgraphOptions<C>, 'sdl' | 'resolvers' | 'log'>,
  plugins: NonNullable<ApolloServerOptions<C>['plugins']> = [],
) =>
  new ApolloServer<C>({
    schema: subgraphSchema(sdl, resolvers),
    plugins: [ApolloServerPluginInlineTraceDisabled(), storableText(), ...plugins],
    formatError: maskErrors(log),
    introspection: true,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    csrfPrevention: false, // only routers come in, and none of them is a browser
    persistedQueries: false,
    logger: log,
  })

/** Serves a subgraph to routers: /graphql and /healthz on one port, /livez /readyz /metrics on another. */
export async function serveSubgraph<C extends BaseContext>(options: SubgraphOptions<C>): Promise<Service> {
  const { name, settings, log, telemetry } = options
  const server = subgraphServer(options, [measured(telemetry)])
  await server.start()
  const verify = tokenVerifier(settings.token)
  const admit = admission(settings.routerSecrets, settings.routerCredentials, verify)
  const database = untilAnswered(options.ping)
  let closing = false

  const handle = async (exchange: Exchange) => {
    const { pathname } = exchange.url
    if (pathname === '/healthz') return answer(exchange, 200, 'text/plain', 'ok')
    if (pathname !== '/graphql') return answer(exchange, 404, 'text/plain', 'not found')
    await answerRouter(exchange, server, { admit, context: options.context })
  }
  const { host, port, adminPort } = settings
  const health = { ready: () => database.answered() && !closing, degraded: options.degraded }
  const door = await openDoor({ handle, host, port, log })
  const admin = await openAdmin({ port: adminPort, host, health, telemetry, log })
  log.info({ port: door.port, adminPort: admin.port }, `${name} listens`)
  return {
    name,
    url: `http://localhost:${door.port}/graphql`,
    adminUrl: `http://localhost:${admin.port}`,
    async close() {
      closing = true
      database.stop()
      await closeAll(door.drain, () => server.stop(), options.release, admin.drain)
    },
  }
}

async function answerRouter<C extends BaseContext>(
  exchange: Exchange,
  server: ApolloServer<C>,
  { admit, context }: { admit: Admit; context: SubgraphOptions<C>['context'] },
): Promise<void> {
  const raw = await readGraphQL(exchange, bodyLimit)
  const { headers } = exchange.request
  const viewer = await admit({ headers, path: exchange.url.pathname, body: raw })
  await answerGraphQL(exchange, server, { raw, context: await context(viewer) })
}
