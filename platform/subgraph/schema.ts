import { ApolloServer, type ApolloServerOptions } from '@apollo/server'
import { ApolloServerPluginInlineTraceDisabled } from '@apollo/server/plugin/disabled'
import { buildSubgraphSchema } from '@apollo/subgraph'
import { type GraphQLSchema, parse } from 'graphql'
import { guardResolvers, type OnDenied } from '../access/resolvers.ts'
import { accessRules } from '../access/rules.ts'
import { documentStore } from '../graphql/documents.ts'
import { maskErrors } from '../graphql/masking.ts'
import type { Viewer } from '../identity/viewer.ts'
import type { Log } from '../log.ts'
import { storableText } from '../text.ts'

type Resolvers = NonNullable<
  Parameters<typeof buildSubgraphSchema>[0] extends infer P
    ? P extends { resolvers?: infer R }[]
      ? R
      : never
    : never
>

/** What the decision of who sees what needs to know of a request. */
export type SubgraphContext = { viewer: Viewer | null }

type SchemaOptions = { sdl: string; resolvers: object; onDenied?: OnDenied | undefined }

/** The executable schema of a subgraph, as its tests and its server both use it: its access directives hold. */
export function subgraphSchema({ sdl, resolvers, onDenied }: SchemaOptions): GraphQLSchema {
  const typeDefs = parse(sdl)
  const schema = buildSubgraphSchema([{ typeDefs, resolvers: resolvers as Resolvers }])
  guardResolvers(schema, accessRules(typeDefs, schema), onDenied)
  return schema
}

/** How a subgraph's ApolloServer is set up, for its tests too. */
export const subgraphServer = <C extends SubgraphContext>(
  schema: GraphQLSchema,
  log: Log,
  plugins: NonNullable<ApolloServerOptions<C>['plugins']> = [],
) =>
  new ApolloServer<C>({
    schema,
    plugins: [ApolloServerPluginInlineTraceDisabled(), storableText(), ...plugins],
    formatError: maskErrors(log),
    introspection: true,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    csrfPrevention: false, // only routers come in, and none of them is a browser
    persistedQueries: false,
    documentStore: documentStore(),
    logger: log,
  })
