import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { buildSubgraphSchema } from '@apollo/subgraph'
import { type DefinitionNode, execute, type GraphQLSchema, Kind, parse, validate } from 'graphql'
import { compose } from '../../../dev/compose.ts'
import { asker } from '../../harness/ask.ts'
import { startAnonymous } from '../../harness/small-router.ts'

type Thing = Record<string, unknown>
type Compute = (source: never, args: never) => unknown

/** `told`: a value that a subgraph may not give is null, and said so where Apollo says it, in `extensions.valueCompletion`. */
type Expecting = { variables?: Thing; errors?: true; told?: true }

/** One team's subgraph. It knows what stands here and nothing else. */
export type Part = {
  sdl: string
  /** Written for Federation 1: no @link. */
  fed1?: boolean
  /** What root fields answer, and what entities there are, by type. */
  data: { Query?: Thing; Mutation?: Thing } & Record<string, Thing | Thing[]>
  /** Fields that are computed, `Type.field`, from the object, what @requires asked for among it. */
  compute?: Record<string, Compute>
}

export type Case = {
  name: string
  /** Queries that are refused where the specification has an answer, each with why. */
  limits?: { query: string; expected: unknown; why: string }[]
  parts: Record<string, Part>
  /** Each query with the answer that the specification demands. */
  asks: [query: string, expected: unknown, more?: Expecting][]
}

const link = `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: [
    "@key", "@external", "@requires", "@provides", "@shareable", "@override", "@inaccessible", "@interfaceObject",
    "@extends"
  ])\n`
const sdlOf = ({ sdl, fed1 }: Part): string => (fed1 ? sdl : link + sdl)

const same = (a: unknown, b: unknown): boolean => {
  if (a === null || b === null || typeof a !== 'object' || typeof b !== 'object') return a === b
  return Object.entries(a).every(([key, value]) => !(key in b) || same(value, (b as Thing)[key]))
}

/** The object that a representation stands for, with what came along in the representation. */
const find = (things: Thing[]) => (reference: Thing) => {
  const { __typename: _, ...keys } = reference
  const found = things.find((one) => same(keys, one))
  return (
    found && {
      ...reference,
      ...found,
      ...(found['__typename'] ? {} : { __typename: reference['__typename'] }),
    }
  )
}

function resolversOf({ data, compute = {} }: Part, definitions: readonly DefinitionNode[]): object {
  const resolvers: Record<string, Thing> = {}
  for (const one of definitions) {
    if (!('name' in one) || !one.name || one.kind === Kind.DIRECTIVE_DEFINITION) continue
    const type = one.name.value
    const own: Thing = resolvers[type] ?? {}
    const isAbstract = /^(Union|Interface)Type/.test(one.kind)
    if (isAbstract) own['__resolveType'] = (thing: Thing) => thing['__typename']
    const things = data[type]
    if (Array.isArray(things)) own['__resolveReference'] = find(things)
    else for (const [field, value] of Object.entries(things ?? {})) own[field] = answering(value)
    for (const [coordinate, how] of Object.entries(compute))
      if (coordinate.startsWith(`${type}.`)) own[coordinate.slice(type.length + 1)] = how
    if (Object.keys(own).length > 0) resolvers[type] = own
  }
  return resolvers
}

const answering = (value: unknown) =>
  typeof value === 'function' ? (_: unknown, args: unknown) => value(args) : () => value

async function answer(schema: GraphQLSchema, body: string): Promise<object> {
  const { query, variables } = JSON.parse(body)
  const document = parse(query)
  const [wrong] = validate(schema, document)
  if (wrong) return { errors: [{ message: `The router asked what the subgraph has not: ${wrong.message}` }] }
  return execute({ schema, document, variableValues: variables })
}

/** The subgraphs of a case over sockets, and a router over these. */
export async function open({ parts }: Pick<Case, 'parts'>) {
  const supergraph = compose(
    Object.entries(parts).map(([name, part]) => ({
      name,
      url: `http://subgraphs/${name}`,
      sdl: sdlOf(part),
    })),
  )
  const schemas = new Map<string, GraphQLSchema>()
  for (const [name, part] of Object.entries(parts)) {
    const typeDefs = parse(sdlOf(part))
    const resolvers = resolversOf(part, typeDefs.definitions) as never
    schemas.set(`/${name}`, buildSubgraphSchema([{ typeDefs, resolvers }]))
  }
  let calls = 0
  const server = createServer(async (request, response) => {
    calls += 1
    const schema = schemas.get(request.url ?? '')
    const told = schema ? await answer(schema, await text(request)) : {}
    response.setHeader('content-type', 'application/json').end(JSON.stringify(told))
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const at = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const folder = mkdtempSync(join(tmpdir(), 'puchi-audit-'))
  const file = join(folder, 'supergraph.graphql')
  writeFileSync(file, supergraph.replaceAll('http://subgraphs/', `${at}/`))
  const router = await startAnonymous({ file }).catch((error) => {
    server.close()
    throw error
  })
  return {
    ask: asker(router.url),
    /** How often a subgraph was asked. */
    calls: () => calls,
    async close() {
      await router.close()
      server.closeAllConnections()
      server.close()
      rmSync(folder, { recursive: true })
    },
  }
}
