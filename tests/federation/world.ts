import { composeServices } from '@apollo/composition'
import { buildSubgraphSchema } from '@apollo/subgraph'
import {
  buildSchema,
  type DirectiveNode,
  execute,
  type FieldDefinitionNode,
  type GraphQLSchema,
  Kind,
  type ObjectTypeDefinitionNode,
  type ObjectTypeExtensionNode,
  parse,
  print,
  printSchema,
  validate,
} from 'graphql'
import type { SubgraphAnswer, SubgraphRequest } from '../../router/execute/subgraph.ts'

export type Thing = Record<string, unknown>
/** Each resolver knows its own objects; whoever calls it does not. */
export type Resolve = (source: never, args: never) => unknown

/**
 * The same data behind one schema and behind several subgraphs. `fields` are the truth; a subgraph resolves what it
 * declares with the same functions, except for a field with @requires, which sees nothing but its representation.
 */
export type World = {
  name: string
  subgraphs: Record<string, string>
  fields: Record<string, Record<string, Resolve>>
  /** `Product.shipping` from a representation alone. */
  required?: Record<string, Resolve>
  /** Whether its resolvers throw. */
  failing?: boolean
  /** The object a key stands for. */
  find: (reference: Thing) => Thing | null | undefined
}

const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@external",
  "@requires", "@provides", "@shareable", "@override", "@inaccessible", "@interfaceObject", "@context", "@fromContext",
  "FieldSet", "ContextFieldValue"])\n`

const has = (node: { directives?: readonly DirectiveNode[] }, name: string): boolean =>
  node.directives?.some((one) => one.name.value === name) ?? false

type Given = { __typename: string; [field: string]: unknown }

// A symbol, because @apollo/subgraph copies objects.
const given = Symbol('representation')

function resolverOf(world: World, type: string, field: FieldDefinitionNode): Resolve | undefined {
  const key = `${type}.${field.name.value}`
  if (has(field, 'requires') || field.arguments?.some((one) => has(one, 'fromContext'))) {
    const resolve = world.required?.[key]
    if (!resolve) throw new Error(`${world.name}: nothing says how to compute ${key}`)
    return (source: { [given]?: unknown }, args) => resolve((source[given] ?? source) as never, args)
  }
  return fieldsOf(world, type)[field.name.value]
}

/** An interface object resolves its interface's fields, whichever type the object is of. */
const fieldsOf = (world: World, type: string): Record<string, Resolve> => world.fields[type] ?? {}

function resolversOf(world: World, sdl: string): Record<string, Record<string, unknown>> {
  const resolvers: Record<string, Record<string, unknown>> = {}
  for (const one of parse(sdl).definitions) {
    if (one.kind === Kind.UNION_TYPE_DEFINITION || one.kind === Kind.INTERFACE_TYPE_DEFINITION)
      resolvers[one.name.value] = {
        __resolveType: (thing: Thing) => thing['__typename'],
        ...(has(one, 'key') && { __resolveReference: reference(world) }),
      }
    if (one.kind !== Kind.OBJECT_TYPE_DEFINITION && one.kind !== Kind.OBJECT_TYPE_EXTENSION) continue
    resolvers[one.name.value] = objectResolvers(world, one)
  }
  return resolvers
}

function objectResolvers(
  world: World,
  one: ObjectTypeDefinitionNode | ObjectTypeExtensionNode,
): Record<string, unknown> {
  const type = one.name.value
  const own: Record<string, unknown> = has(one, 'key') ? { __resolveReference: reference(world) } : {}
  for (const field of one.fields ?? []) {
    const resolve = resolverOf(world, type, field)
    if (resolve) own[field.name.value] = resolve
  }
  return own
}

const reference = (world: World) => (representation: Given) => {
  const found = world.find(representation)
  return found && { __typename: representation.__typename, ...found, [given]: representation }
}

/** A world, composed and running. */
export type Running = {
  world: World
  supergraphSdl: string
  subgraphs: Record<string, GraphQLSchema>
  fetch: (request: SubgraphRequest) => Promise<SubgraphAnswer>
}

/** Composes a world and serves its subgraphs in this process; a request that does not fit its subgraph is an error. */
export function run(world: World): Running {
  const parts = Object.entries(world.subgraphs).map(([name, sdl]) => ({ name, typeDefs: parse(link + sdl) }))
  const composed = composeServices(parts.map((part) => ({ ...part, url: `http://${part.name}` })))
  if (!composed.supergraphSdl)
    throw new Error(`${world.name}: ${composed.errors?.map(({ message }) => message).join('\n')}`)
  const subgraphs: Record<string, GraphQLSchema> = {}
  for (const { name, typeDefs } of parts)
    subgraphs[name] = buildSubgraphSchema([
      { typeDefs, resolvers: resolversOf(world, print(typeDefs)) as never },
    ])
  return {
    world,
    supergraphSdl: composed.supergraphSdl,
    subgraphs,
    fetch: (request) => answer(subgraphs, request),
  }
}

async function answer(
  subgraphs: Record<string, GraphQLSchema>,
  { subgraph, body }: SubgraphRequest,
): Promise<SubgraphAnswer> {
  const schema = subgraphs[subgraph]
  if (!schema) throw new Error(`No subgraph ${subgraph}`)
  const { query, variables } = JSON.parse(body)
  const document = parse(query)
  const [wrong] = validate(schema, document)
  if (wrong) return { errors: [{ message: `INVALID REQUEST ${wrong.message}: ${query}` }] }
  return JSON.parse(JSON.stringify(await execute({ schema, document, variableValues: variables })))
}

/** The same world behind one schema: the oracle. */
export function monolith(world: World, apiSchema: GraphQLSchema): GraphQLSchema {
  const schema = buildSchema(printSchema(apiSchema))
  for (const [name, fields] of Object.entries(world.fields)) {
    const type = schema.getType(name)
    if (!type || !('getFields' in type)) continue
    for (const [field, resolve] of Object.entries(fields)) {
      const definition = type.getFields()[field]
      if (definition && 'resolve' in definition)
        definition.resolve = (source, args) => resolve(source as never, args as never)
    }
  }
  return schema
}
