import { ApolloClient, ApolloLink, HttpLink, InMemoryCache } from '@apollo/client'
import { SetContextLink } from '@apollo/client/link/context'
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries'
import { GraphQLWsLink } from '@apollo/client/link/subscriptions'
import { getMainDefinition } from '@apollo/client/utilities/internal'
import { type DocumentNode, Kind, OperationTypeNode } from 'graphql'
import { createClient } from 'graphql-ws'
import manifest from '../../../schema/client/persisted-documents.json'
import possibleTypes from '../../../schema/client/possible-types.json'

export type Connection = 'connecting' | 'live' | 'waiting'

export type ClientOptions = {
  /** The router's GraphQL address. */
  api: string
  /** A token that is good now. */
  getToken(): Promise<string>
  /** Hears how the socket is. */
  connected(state: Connection): void
}

/** Apollo Client as Puchi's frontends set it up: operations by hash, live ones over one socket, one cache. */
export function createApi({ api, getToken, connected }: ClientOptions): ApolloClient {
  const authorization = async () => ({ authorization: `Bearer ${await getToken()}` })
  const socket = createClient({
    url: api.replace(/^http/, 'ws'),
    connectionParams: authorization,
    keepAlive: 10_000,
    retryAttempts: Number.POSITIVE_INFINITY,
    // 4403: the token ended; the next connection brings a fresh one. Each begins with how things stand.
    shouldRetry: () => true,
    on: {
      connecting: () => connected('connecting'),
      connected: () => connected('live'),
      closed: () => connected('waiting'),
    },
  })
  const http = ApolloLink.from([
    new SetContextLink(async () => ({ headers: await authorization() })),
    new PersistedQueryLink({ generateHash: hashOf }),
    new HttpLink({ uri: api }),
  ])
  return new ApolloClient({
    cache: new InMemoryCache({ possibleTypes }),
    link: ApolloLink.split(({ query }) => isLive(query), new GraphQLWsLink(socket), http),
  })
}

const isLive = (document: DocumentNode): boolean =>
  getMainDefinition(document).kind === Kind.OPERATION_DEFINITION &&
  document.definitions.some(
    (one) => one.kind === Kind.OPERATION_DEFINITION && one.operation === OperationTypeNode.SUBSCRIPTION,
  )

const hashes = new Map(Object.entries(manifest).map(([hash, text]) => [/^\w+ (\w+)/.exec(text)?.[1], hash]))

/** The hash that the manifest gives an operation. */
function hashOf(document: DocumentNode): string {
  const operation = document.definitions.find((one) => one.kind === Kind.OPERATION_DEFINITION)
  const hash = hashes.get(operation?.name?.value)
  if (!hash) throw new Error(`${operation?.name?.value} is not in the manifest: npm run codegen`)
  return hash
}
