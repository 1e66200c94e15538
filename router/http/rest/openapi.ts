import { errorCodes } from '@puchi/platform/errors'
import { type GraphQLSchema, type TypeNode, typeFromAST } from 'graphql'
import type { Endpoint } from './endpoints.ts'
import { inputSchema, type JsonSchema, outputSchema } from './json-schema.ts'
import { statusOf } from './rest.ts'

/** OpenAPI 3.1 of the REST endpoints, made from their operations and the schema. */
export const openApi = (endpoints: readonly Endpoint[], schema: GraphQLSchema): JsonSchema => ({
  openapi: '3.1.0',
  info: {
    title: 'Puchi for clients that do not speak GraphQL yet',
    version: '1.0.0',
    description: 'Each call is one operation of schema/operations/rest: the same rules, limits and errors.',
  },
  servers: [{ url: '/' }],
  paths: Object.fromEntries(
    [...Map.groupBy(endpoints, ({ path }) => path)].map(([path, here]) => [
      path,
      Object.fromEntries(here.map((one) => [one.method.toLowerCase(), operationOf(one, schema)])),
    ]),
  ),
  components: {
    securitySchemes: { session: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
    schemas: { Errors: errorsSchema },
  },
})

const codes = Object.keys(errorCodes)

const errorsSchema: JsonSchema = {
  type: 'object',
  required: ['errors'],
  properties: {
    errors: {
      type: 'array',
      items: {
        type: 'object',
        required: ['message', 'extensions'],
        properties: {
          message: { type: 'string' },
          extensions: {
            type: 'object',
            required: ['code'],
            properties: { code: { enum: codes }, requestId: { type: 'string' } },
          },
        },
      },
    },
  },
}

function operationOf(endpoint: Endpoint, schema: GraphQLSchema): JsonSchema {
  const { name, summary, method, path } = endpoint
  const open = endpoint.operation.variableDefinitions?.some(
    ({ variable }) => variable.name.value === 'refreshToken',
  )
  return {
    operationId: name,
    summary,
    tags: [path.split('/')[1]],
    security: open ? [] : [{ session: [] }],
    ...(method === 'GET' ? { parameters: parametersOf(endpoint, schema) } : bodyOf(endpoint, schema)),
    responses: {
      200: { description: 'Done.', ...json(answerOf(endpoint, schema)) },
      default: {
        description: 'Refused; the code says why.',
        ...json({ $ref: '#/components/schemas/Errors' }),
      },
      [statusOf('UNAUTHENTICATED')]: {
        description: 'No session token, or a bad one.',
        ...json({ $ref: '#/components/schemas/Errors' }),
      },
    },
  }
}

const json = (schema: JsonSchema) => ({ content: { 'application/json': { schema } } })

const variables = ({ operation }: Endpoint, schema: GraphQLSchema) =>
  (operation.variableDefinitions ?? []).map(({ variable, type, defaultValue }) => ({
    name: variable.name.value,
    needed: type.kind === 'NonNullType' && !defaultValue,
    schema: inputOf(schema, type),
  }))

function inputOf(schema: GraphQLSchema, node: TypeNode): JsonSchema {
  const type = typeFromAST(schema, node as never)
  if (!type) throw new Error('a REST operation has a variable of an unknown type')
  return inputSchema(type)
}

const parametersOf = (endpoint: Endpoint, schema: GraphQLSchema) =>
  variables(endpoint, schema).map(({ name, needed, schema }) => ({
    name,
    in: 'query',
    required: needed,
    schema,
  }))

function bodyOf(endpoint: Endpoint, schema: GraphQLSchema) {
  const given = variables(endpoint, schema)
  if (given.length === 0) return {}
  const whole = given.find(({ name }) => name === endpoint.body)
  const members = {
    type: 'object',
    properties: Object.fromEntries(given.map(({ name, schema }) => [name, schema])),
    required: given.filter(({ needed }) => needed).map(({ name }) => name),
    additionalProperties: false,
  }
  return { requestBody: { required: given.some(({ needed }) => needed), ...json(whole?.schema ?? members) } }
}

function answerOf({ operation, root, answer }: Endpoint, schema: GraphQLSchema): JsonSchema {
  const type = operation.operation === 'query' ? schema.getQueryType() : schema.getMutationType()
  const field = type?.getFields()[root.name.value]
  if (!field) throw new Error(`there is no field ${root.name.value}`)
  const whole = outputSchema(field.type, root.selectionSet)
  const inner = answer ? (whole['properties'] as Record<string, JsonSchema>)[answer] : whole
  return { ...inner, type: 'object' }
}
