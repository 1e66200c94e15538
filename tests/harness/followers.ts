import { ApolloClient, gql, InMemoryCache } from '@apollo/client'
import { GraphQLWsLink } from '@apollo/client/link/subscriptions'
import { createRequest, subscriptionExchange, Client as Urql, type Client as UrqlClient } from '@urql/core'
import { type Client, createClient } from 'graphql-ws'
import { WebSocket } from 'ws'

/** What a learner was shown of a lesson, in order. */
export type Shown = { version: number; snapshot: boolean; percent: number }

/** A learner whose own client follows a lesson, and comes back by itself. */
export type Follower = { username: string; shown: Shown[]; failures: string[]; close(): void }

type Following = { url: string; username: string; token(): Promise<string>; lessonId: string }
type Frame = { progressUpdated: Shown }

const text = `subscription Follow($lessonId: ID!) {
  progressUpdated(lessonId: $lessonId) { version snapshot percent }
}`

/** As graphql-ws is set up by its own README: what it does when a socket closes is its own. */
const clientOf = ({ url, token }: Following): Client =>
  createClient({
    url: url.replace('http', 'ws'),
    webSocketImpl: WebSocket,
    connectionParams: async () => ({ authorization: `Bearer ${await token()}` }),
    retryAttempts: 20,
    // Where nobody listens yet is an error of the socket, which it takes for fatal by itself.
    shouldRetry: () => true,
  })

type Hear = { next(frame: Frame | null | undefined): void; error(error: unknown): void }

const ways: ((client: Client, variables: { lessonId: string }, hear: Hear) => void)[] = [
  function graphqlWs(client, variables, { next, error }) {
    const complete = () => error('completed')
    client.subscribe<Frame>({ query: text, variables }, { next: ({ data }) => next(data), error, complete })
  },
  function apollo(client, variables, { next, error }) {
    const apollo = new ApolloClient({ link: new GraphQLWsLink(client), cache: new InMemoryCache() })
    apollo
      .subscribe<Frame>({ query: gql(text), variables, fetchPolicy: 'no-cache' })
      .subscribe({ next: ({ data }) => next(data), error, complete: () => error('completed') })
  },
  function urql(client, variables, { next, error }) {
    const forward = subscriptionExchange({
      forwardSubscription: ({ query = '', variables }) => ({
        subscribe: (sink) => ({
          unsubscribe: client.subscribe({ query, variables: { ...variables } }, sink as never),
        }),
      }),
    })
    const urql: UrqlClient = new Urql({
      url: 'http://localhost',
      exchanges: [forward],
      preferGetMethod: false,
    })
    urql
      .executeSubscription<Frame>(createRequest(text, variables))
      .subscribe(({ data, error: failed }) => (failed ? error(failed) : next(data)))
  },
]

/** Follows a lesson by one of three clients that nobody wrote for us, in turn. */
export function follow(following: Following, index: number): Follower {
  const client = clientOf(following)
  const shown: Shown[] = []
  const failures: string[] = []
  ways[index % ways.length]?.(
    client,
    { lessonId: following.lessonId },
    {
      next: (frame) => void (frame && shown.push(frame.progressUpdated)),
      error: (error) => void failures.push(String((error as Error)?.message ?? JSON.stringify(error))),
    },
  )
  return { username: following.username, shown, failures, close: () => void client.dispose() }
}

/** Steps that a learner was not shown although no snapshot took their place. */
export function gapsIn(shown: readonly Shown[], step: number): string[] {
  return shown.flatMap(({ snapshot, percent }, i) => {
    const before = shown[i - 1]?.percent ?? 0
    return snapshot || percent <= before + step ? [] : [`${before} % to ${percent} %`]
  })
}
