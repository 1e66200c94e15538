// Forked by bench/live.ts: the two subgraphs. Says where they are, then lets happen what it is told to.
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { buildSubgraphSchema } from '@apollo/subgraph'
import { createFeed, type Feed } from '@puchi/platform/live/feed'
import { execute, parse } from 'graphql'
import { useServer } from 'graphql-ws/use/ws'
import { WebSocketServer } from 'ws'
import { eventText, type Happen, playerName } from './event.ts'

const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.14", import: ["@key"])
`
const match = `${link}
type Query { me: Player }
type Goal { version: Int!  at: Float!  text: String!  by: Player }
type Player @key(fields: "id") { id: ID! }
type Subscription { everyone: Goal  personal(user: ID!): Goal }`
const players = `${link}
type Query { players: [Player!] }
type Player @key(fields: "id") { id: ID!  name: String }`

const everyones = new Set<Feed<unknown>>()
const personals = new Map<string, Feed<unknown>>()

const follow = (begin: (feed: Feed<unknown>) => void, end: (feed: Feed<unknown>) => void) => {
  const feed: Feed<unknown> = createFeed<unknown>(() => end(feed))
  begin(feed)
  return feed
}
const own = (user: string) =>
  follow(
    (feed) => void personals.set(user, feed),
    (feed) => void (personals.get(user) === feed && personals.delete(user)),
  )
const resolvers = {
  match: {
    Query: { me: () => ({ id: 'p1' }) },
    Subscription: {
      everyone: {
        subscribe: () =>
          follow(
            (feed) => void everyones.add(feed),
            (feed) => void everyones.delete(feed),
          ),
      },
      personal: { subscribe: (_: unknown, { user }: { user: string }) => own(user) },
    },
  },
  players: {
    Query: { players: () => [] },
    Player: { name: () => playerName },
  },
}

async function open(name: keyof typeof resolvers, sdl: string) {
  const schema = buildSubgraphSchema([{ typeDefs: parse(sdl), resolvers: resolvers[name] as never }])
  const documents = new Map<string, ReturnType<typeof parse>>()
  const server = createServer(async (request, response) => {
    const { query, variables, operationName } = JSON.parse(String(await buffer(request)))
    const document = documents.get(query) ?? parse(query)
    documents.set(query, document)
    const answer = await execute({ schema, document, variableValues: variables, operationName })
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify(answer))
  })
  server.keepAliveTimeout = 60_000
  useServer({ schema }, new WebSocketServer({ server, path: '/graphql' }))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return { name, sdl, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql` }
}

process.on('message', ({ field, version, users }: Happen) => {
  const goal = (by: string) => ({
    [field]: { version, at: Date.now(), text: eventText, by: { __typename: 'Player', id: by } },
  })
  if (field === 'everyone') for (const feed of everyones) feed.push(goal('p1'))
  else for (const user of users ?? []) personals.get(user)?.push(goal(user))
})
process.send?.([await open('match', match), await open('players', players)])
