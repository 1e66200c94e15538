// The same rules and the same SQL behind stock parts: Apollo's gateway, its data source, its server, a token check by jose.

import { ApolloGateway, type GraphQLDataSourceProcessOptions, RemoteGraphQLDataSource } from '@apollo/gateway'
import { ApolloServer } from '@apollo/server'
import { ApolloServerPluginInlineTraceDisabled } from '@apollo/server/plugin/disabled'
import { startStandaloneServer } from '@apollo/server/standalone'
import { bareViewer } from '@puchi/platform/identity/viewer'
import { createHub } from '@puchi/platform/live/hub'
import { createLog } from '@puchi/platform/log'
import { subgraphSchema } from '@puchi/platform/subgraph/schema'
import { createTelemetry } from '@puchi/platform/telemetry'
import { sdlOf } from '@puchi/schema/sdl'
import { type Context, contextFor } from '@puchi/user/graphql/context'
import { resolvers } from '@puchi/user/graphql/resolvers'
import { openDatabase } from '@puchi/user/store/database'
import { portsIn } from '@puchi/user/store/ports'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import { compose } from '../../../dev/compose.ts'

type Asker = { userId?: string }

const env = process.env
const sdl = sdlOf('user')
const ports = {
  ...portsIn(openDatabase(env['USER_DATABASE_URL'] ?? '', createLog('bench', 'silent'))),
  live: createHub(createTelemetry('bench')),
}
const subgraph = await startStandaloneServer(
  new ApolloServer<Context>({
    schema: subgraphSchema({ sdl, resolvers }),
    plugins: [ApolloServerPluginInlineTraceDisabled()],
  }),
  {
    listen: { port: 0, host: '127.0.0.1' },
    context: async ({ req }) => {
      const userId = req.headers['x-user-id']
      return contextFor(ports, userId ? bareViewer({ userId: String(userId), sessionId: 'sess_1' }) : null)
    },
  },
)

class Source extends RemoteGraphQLDataSource<Asker> {
  override willSendRequest({ request, context }: GraphQLDataSourceProcessOptions<Asker>): void {
    if (context.userId) request.http?.headers.set('x-user-id', context.userId)
  }
}
// The stock gateway does not load what is protected by directives; nothing that is asked here is.
const open = sdl.replaceAll('@authenticated', '').replace(', ""]', ']')
const gateway = new ApolloGateway({
  supergraphSdl: compose([{ name: 'user', url: subgraph.url, sdl: open }]),
  buildService: ({ url }) => new Source({ url: url ?? '' }),
})
const keys = createRemoteJWKSet(new URL(env['CLERK_JWKS_URL'] ?? ''))
const { url } = await startStandaloneServer(new ApolloServer<Asker>({ gateway }), {
  listen: { port: 0, host: '127.0.0.1' },
  context: async ({ req }) => {
    const token = req.headers.authorization?.slice('Bearer '.length)
    if (!token) return {}
    const { payload } = await jwtVerify(token, keys, { issuer: env['CLERK_ISSUER'] ?? '' })
    return payload.sub ? { userId: payload.sub } : {}
  },
})
process.send?.({ url: new URL('/graphql', url).href })
