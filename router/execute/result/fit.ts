import {
  GraphQLError,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNullableType,
  isInterfaceType,
  isLeafType,
  isListType,
  isObjectType,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql'
import type { ClientNames, Path } from '../../plan/client-names.ts'
import { type Data, isObject } from '../data.ts'
import { type Composite, collectFields } from './collect.ts'

type Asked = { operation: OperationDefinitionNode; names: ClientNames }
/** Where a value stands: its field, the path in the client's keys, and what is selected of it. */
type Place = { field: string; path: Path; sets: readonly SelectionSetNode[] }

/**
 * Makes an answer fit for Apollo's result shaping, which takes it as it is told. Each object gets its type where the
 * schema alone tells it: neither the planner nor we ask for it where the fields of a fragment stand without their
 * fragment, and it would leave them out. What is no list, or no object, although the schema has one there, becomes null:
 * it would throw. Returns an error for each of these.
 */
export function fit(schema: GraphQLSchema, { operation, names }: Asked, data: Data): GraphQLError[] {
  const errors: GraphQLError[] = []

  function below(type: Composite, object: Data, { path, sets }: Omit<Place, 'field'>): void {
    for (const [key, nodes] of collectFields(schema, type, sets)) {
      const field = type.getFields()[nodes[0].name.value]
      const inner = names.inner(nodes[0])
      if (!field || !Object.hasOwn(object, inner)) continue
      object[inner] = fitting(object[inner], field.type, {
        field: `${type.name}.${field.name}`,
        path: [...path, key],
        sets: nodes.flatMap(({ selectionSet }) => selectionSet ?? []),
      })
    }
  }
  function fitting(value: unknown, declared: GraphQLOutputType, place: Place): unknown {
    if (value === null || value === undefined) return value
    const type = getNullableType(declared) as GraphQLOutputType
    if (isListType(type) && Array.isArray(value))
      return value.map((one, at) => fitting(one, type.ofType, { ...place, path: [...place.path, at] }))
    if (isLeafType(type)) return value
    if (isListType(type) || Array.isArray(value) || !isObject(value)) return misshapen(place)
    if (isObjectType(type)) value['__typename'] ??= type.name
    const actual = schema.getType(String(value['__typename'] ?? type))
    if (isObjectType(actual) || isInterfaceType(actual)) below(actual, value, place)
    return value
  }
  function misshapen({ field, path }: Place): null {
    const extensions = { code: 'INVALID_GRAPHQL' }
    errors.push(new GraphQLError(`Invalid value found for field ${field}.`, { path, extensions }))
    return null
  }

  const root = schema.getRootType(operation.operation)
  if (root) below(root, data, { path: [], sets: [operation.selectionSet] })
  return errors
}
