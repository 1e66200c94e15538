import { EventEmitter } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { headerNames } from '@puchi/platform/identity/signature'
import { useServer } from 'graphql-ws/use/ws'
import { WebSocketServer } from 'ws'
import { compose } from '../../dev/compose.ts'
import { openPart } from './small-graph.ts'

const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.14", import: ["@key", "@authenticated"])
`
const match = `${link}
type Query { score: Score }
type Mutation { goal: Score }
type Score { version: Int!  goals: Int  scorer: Player  filler: String  whose: String  secret: String @authenticated }
type Player @key(fields: "id") { id: ID! }
type Subscription { scored(after: Int): Score  plain(size: Int): Score  mine(size: Int): Score @authenticated  refused: Score }`
const players = `${link}
type Query { players: [Player!] }
type Player @key(fields: "id") { id: ID!  name: String }`

export type Goal = { version: number; goals: number; scorer: { id: string } | null; secret: string }

type Extended = { extensions?: { headers?: Record<string, string> } }

function viewerIn({ extensions }: Extended): string | undefined {
  const caller = extensions?.headers?.[headerNames.caller]
  return caller && JSON.parse(Buffer.from(caller, 'base64url').toString()).viewer?.userId
}

const goal = (version: number): Goal => ({
  version,
  goals: version,
  scorer: { id: `p${version}` },
  secret: 'hunter2',
})

/** Two subgraphs: `match` says of every goal live who scored it, `players` what players are called. */
export async function openLiveGraph() {
  const news = new EventEmitter().setMaxListeners(0)
  const history: Goal[] = []
  const door = { open: true }
  const subscribes: {
    connectionParams: unknown
    /** Authorization of the request that opened the socket. */
    authorization: string | undefined
    payload: { query: string; variables?: Record<string, unknown>; extensions?: unknown }
  }[] = []

  /** Goals under a field's name: what there is already, then each as it is scored. */
  function goals(
    field: string,
    first: Goal[] = [],
    change = (one: Goal) => one,
  ): AsyncIterableIterator<unknown> {
    const ready = [...first]
    const waiting: ((result: IteratorResult<unknown>) => void)[] = []
    const wrapped = (one: Goal) => ({ value: { [field]: change(one) }, done: false })
    const hear = (one: Goal) => {
      const next = waiting.shift()
      if (next) next(wrapped(one))
      else ready.push(one)
    }
    news.on('goal', hear)
    return {
      next: async () => {
        const one = ready.shift()
        return one ? wrapped(one) : new Promise((resolve) => waiting.push(resolve))
      },
      async return() {
        news.off('goal', hear)
        for (const resolve of waiting) resolve({ value: undefined, done: true })
        return { value: undefined, done: true }
      },
      [Symbol.asyncIterator]() {
        return this
      },
    }
  }
  /** A goal is scored; its version is the number of goals. */
  function score() {
    const one = goal(history.length + 1)
    history.push(one)
    news.emit('goal', one)
    return one
  }
  const scored = (after: number | null | undefined) =>
    goals('scored', after == null ? [history.at(-1) ?? goal(0)] : history.slice(after))
  const part = await openPart('match', match, {
    Query: { score: () => history.at(-1) ?? goal(0) },
    Mutation: { goal: () => score() },
    Subscription: {
      scored: { subscribe: (_: unknown, { after }: { after?: number }) => scored(after) },
      plain: {
        subscribe: (_: unknown, { size }: { size?: number }) =>
          goals('plain', [], (one) => ({ ...one, filler: 'x'.repeat(size ?? 0) })),
      },
      // Whose it is, by what the router signed.
      mine: {
        subscribe: (_: unknown, __: unknown, request: Extended) =>
          goals('mine', [], (one) => ({ ...one, whose: viewerIn(request) })),
      },
      refused: {
        subscribe: () => {
          throw new Error('SELECT password FROM people')
        },
      },
    },
  })
  const names = await openPart('players', players, {
    Query: { players: () => [] },
    Player: { name: ({ id }: { id: string }) => `Player ${id}` },
  })
  const server = new WebSocketServer({ server: part.server, path: '/graphql' })
  useServer(
    {
      schema: part.schema,
      context: (_ctx, _id, payload) => payload,
      onConnect: () => door.open,
      onSubscribe: ({ connectionParams, extra }, _id, payload) => {
        const { authorization } = extra.request.headers
        subscribes.push({ connectionParams, authorization, payload: payload as never })
      },
    },
    server,
  )
  const folder = mkdtempSync(join(tmpdir(), 'puchi-live-'))
  const file = join(folder, 'supergraph.graphql')
  const sdl = compose([part, names])
  writeFileSync(file, sdl)
  return {
    match: part,
    players: names,
    file,
    sdl,
    /** Whether a socket is let in. */
    door,
    subscribes,
    listeners: () => news.listenerCount('goal'),
    sockets: () => server.clients.size,
    score,
    /** Cuts every socket, as a subgraph that dies does. */
    cut() {
      for (const one of server.clients) one.terminate()
    },
    /** The supergraph with one more nullable field. */
    grow: () =>
      writeFileSync(
        file,
        compose([{ ...part, sdl: part.sdl.replace('goals: Int', 'goals: Int  saves: Int') }, names]),
      ),
    async close() {
      for (const one of server.clients) one.terminate()
      server.close()
      await part.close()
      await names.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
