import { once } from 'node:events'
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { buildSubgraphSchema } from '@apollo/subgraph'
import { execute, GraphQLError, type GraphQLSchema, parse } from 'graphql'
import { compose } from '../../dev/compose.ts'

export type Call = { headers: IncomingHttpHeaders; path: string; body: string }
export type Behaviour = (response: ServerResponse, call: Call) => void

const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.14", import: ["@key", "@shareable"])
`
const accounts = `${link}
type Query { me: Person  person(id: ID!): Person  everybody: [Person!]  secret: String  refused: String  echo(value: JSON): JSON }
type Mutation { rename(name: String!): Person }
scalar JSON
enum Mood { MERRY GLOOMY }
type Person @key(fields: "id") { id: ID!  name: String  mood: Mood }`
const reviews = `${link}
type Query { newest: [Review!] }
type Review @key(fields: "id") { id: ID!  text: String }
type Person @key(fields: "id") { id: ID!  reviews: [Review!]  karma: Int }`

const lan = { id: '1', name: 'Lan', mood: 'MERRY' }
const people = [lan, { id: '2', name: 'Minh', mood: 'GLOOMY' }]
const accountsResolvers = {
  Query: {
    me: () => lan,
    person: (_: unknown, { id }: { id: string }) => people.find((one) => one.id === id),
    everybody: () => people,
    secret: () => {
      throw new Error('SELECT password FROM people at /srv/secret.ts postgres://root:hunter2@db')
    },
    refused: () => {
      throw new GraphQLError('Not today.', { extensions: { code: 'NOT_TODAY', secret: 'hunter2' } })
    },
    echo: (_: unknown, { value }: { value: unknown }) => value ?? null,
  },
  Mutation: { rename: (_: unknown, { name }: { name: string }) => ({ ...lan, name }) },
}
const review = { id: 'r1', text: 'Ngon!' }
const reviewsResolvers = {
  Query: { newest: () => [review] },
  Person: { karma: ({ id }: { id: string }) => Number(id) * 10, reviews: () => [review] },
}

/** One subgraph over a real socket, which notes every call and misbehaves when told to. */
export async function openPart(name: string, sdl: string, resolvers: object) {
  const schema = buildSubgraphSchema([{ typeDefs: parse(sdl), resolvers: resolvers as never }])
  const calls: Call[] = []
  const part = { name, sdl, calls, behave: null as Behaviour | null }
  const server = createServer(async (request, response) => {
    const call = {
      headers: request.headers,
      path: request.url ?? '',
      body: (await buffer(request)).toString(),
    }
    calls.push(call)
    if (part.behave) return part.behave(response, call)
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify(await answerOf(schema, call)))
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`
  const close = async () => {
    server.closeAllConnections()
    await once(server.close(), 'close')
  }
  return Object.assign(part, { url, server, schema, close })
}

const answerOf = (schema: GraphQLSchema, { body }: Call) => {
  const { query, variables, operationName } = JSON.parse(body)
  return execute({ schema, document: parse(query), variableValues: variables, operationName })
}

export type SmallGraph = Awaited<ReturnType<typeof openSmallGraph>>

/** Two subgraphs, `accounts` and `reviews`, and a supergraph file composed of them. */
export async function openSmallGraph() {
  const parts = [
    await openPart('accounts', accounts, accountsResolvers),
    await openPart('reviews', reviews, reviewsResolvers),
  ] as const
  const folder = mkdtempSync(join(tmpdir(), 'puchi-graph-'))
  const file = join(folder, 'supergraph.graphql')
  const sdl = compose([...parts])
  writeFileSync(file, sdl)
  return {
    accounts: parts[0],
    reviews: parts[1],
    file,
    sdl,
    /** The supergraph with one more nullable field on a review. */
    grown: () =>
      compose(
        parts.map((part) => ({ ...part, sdl: part.sdl.replace('text: String', 'text: String stars: Int') })),
      ),
    write: (text: string) => writeFileSync(file, text),
    /** As `mv` and editors do it: a new file takes the name. */
    replace(text: string) {
      writeFileSync(`${file}.new`, text)
      renameSync(`${file}.new`, file)
    },
    calls: () => [...parts[0].calls, ...parts[1].calls],
    reset() {
      for (const part of parts) {
        part.behave = null
        part.calls.length = 0
      }
    },
    async close() {
      for (const part of parts) await part.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
