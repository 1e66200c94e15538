import {
  type GraphQLObjectType,
  type GraphQLType,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
  type SelectionSetNode,
} from 'graphql'
import { responseKey } from '../../plan/nodes.ts'

export type JsonSchema = Record<string, unknown>

const scalars: Record<string, JsonSchema> = {
  ID: { type: 'string' },
  String: { type: 'string' },
  Int: { type: 'integer', format: 'int32' },
  Float: { type: 'number' },
  Boolean: { type: 'boolean' },
  DateTime: { type: 'string', format: 'date-time' },
}

/** The JSON Schema of an input type. Input objects take no member that they do not name. */
export const inputSchema = (type: GraphQLType): JsonSchema => schemaOf(type, inputMembers)

/** The JSON Schema of what a selection of an output type answers. */
export const outputSchema = (type: GraphQLType, selection?: SelectionSetNode): JsonSchema =>
  schemaOf(type, (named) => (isObjectType(named) && selection ? outputMembers(named, selection) : {}))

function schemaOf(type: GraphQLType, members: (named: GraphQLType) => JsonSchema): JsonSchema {
  if (!isNonNullType(type)) return nullable(required(type, members))
  return required(type.ofType, members)
}

function required(type: GraphQLType, members: (named: GraphQLType) => JsonSchema): JsonSchema {
  if (isListType(type)) return { type: 'array', items: schemaOf(type.ofType, members) }
  if (isEnumType(type)) return { type: 'string', enum: type.getValues().map(({ name }) => name) }
  return scalars[getNamedType(type).name] ?? members(type)
}

function nullable(schema: JsonSchema): JsonSchema {
  if (schema['enum']) return { ...schema, type: ['string', 'null'], enum: [...(schema['enum'] as []), null] }
  return schema['type'] ? { ...schema, type: [schema['type'], 'null'] } : schema
}

function inputMembers(type: GraphQLType): JsonSchema {
  if (!isInputObjectType(type)) return {}
  const fields = Object.values(type.getFields())
  const needed = fields.filter((field) => isNonNullType(field.type) && field.defaultValue === undefined)
  return {
    type: 'object',
    properties: Object.fromEntries(
      fields.map(({ name, type, description }) => [name, described(inputSchema(type), description)]),
    ),
    ...(needed.length > 0 && { required: needed.map(({ name }) => name) }),
    additionalProperties: false,
  }
}

function outputMembers(type: GraphQLObjectType, { selections }: SelectionSetNode): JsonSchema {
  const properties = selections.flatMap((one) => {
    const field = one.kind === 'Field' ? type.getFields()[one.name.value] : undefined
    if (one.kind !== 'Field' || !field) return []
    const schema = described(outputSchema(field.type, one.selectionSet), field.description)
    return [[responseKey(one), schema] as const]
  })
  return { type: 'object', properties: Object.fromEntries(properties) }
}

const described = (schema: JsonSchema, description: string | null | undefined): JsonSchema =>
  description ? { ...schema, description } : schema
