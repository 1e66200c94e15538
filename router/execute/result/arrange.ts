import {
  type GraphQLOutputType,
  type GraphQLSchema,
  getNullableType,
  isAbstractType,
  isInterfaceType,
  isLeafType,
  isListType,
  isObjectType,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql'
import type { ClientNames } from '../../plan/client-names.ts'
import { type Data, isObject } from '../data.ts'
import { collectFields } from './collect.ts'
import type { Introspect } from './introspect.ts'

type Arranging = { schema: GraphQLSchema; names: ClientNames; introspect: Introspect }

/**
 * Puts data that Apollo's result shaping completed under the client's own keys, in the order of the specification.
 * `raw` is the same data before, where objects still tell their type.
 */
export function arrange(
  arranging: Arranging,
  operation: OperationDefinitionNode,
  shaped: Data | null | undefined,
  raw: Data,
): Data | null {
  const root = arranging.schema.getRootType(operation.operation)
  return shaped && root ? arrangeObject(arranging, root, [operation.selectionSet], { shaped, raw }) : null
}

type Both = { shaped: unknown; raw: unknown }

function arrangeObject(
  arranging: Arranging,
  declared: GraphQLOutputType,
  sets: SelectionSetNode[],
  { shaped, raw }: { shaped: Data; raw: unknown },
): Data {
  const source = isObject(raw) ? raw : {}
  const named = arranging.schema.getType(
    String((isAbstractType(declared) && source['__typename']) || declared),
  )
  const type = isObjectType(named) || isInterfaceType(named) ? named : undefined
  const result: Data = {}
  // Without a known type Apollo has written only what the declared type allows.
  if (!type) return shaped
  for (const [key, nodes] of collectFields(arranging.schema, type, sets)) {
    const inner = arranging.names.inner(nodes[0])
    const field = type.getFields()[nodes[0].name.value]
    const below = nodes.flatMap(({ selectionSet }) => selectionSet ?? [])
    const value = field
      ? arrangeValue(arranging, field.type, below, { shaped: shaped[inner], raw: source[inner] })
      : nodes[0].name.value === '__typename'
        ? type.name
        : arranging.introspect(nodes)
    // An assignment to __proto__ would change the object's prototype.
    Object.defineProperty(result, key, { value, enumerable: true, configurable: true, writable: true })
  }
  return result
}

function arrangeValue(
  arranging: Arranging,
  declared: GraphQLOutputType,
  sets: SelectionSetNode[],
  { shaped, raw }: Both,
): unknown {
  if (shaped === null || shaped === undefined) return null
  const type = getNullableType(declared) as GraphQLOutputType
  if (isListType(type) && Array.isArray(shaped))
    return shaped.map((one, index) =>
      arrangeValue(arranging, type.ofType, sets, {
        shaped: one,
        raw: Array.isArray(raw) ? raw[index] : undefined,
      }),
    )
  return isLeafType(type) || !isObject(shaped)
    ? shaped
    : arrangeObject(arranging, type, sets, { shaped, raw })
}
