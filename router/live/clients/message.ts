import type { GraphQLParams } from '@puchi/platform/graphql/params'
import { isMap } from '@puchi/platform/is-map'
import { deepest, tooDeep } from '../../guard/limits/variables.ts'

/** What a client of graphql-transport-ws may say. */
export type ClientMessage =
  | { type: 'connection_init'; payload: Record<string, unknown> }
  | { type: 'ping' | 'pong'; payload: Record<string, unknown> | undefined }
  | { type: 'subscribe'; id: string; payload: GraphQLParams }
  | { type: 'complete'; id: string }

/** Reads a message of a client; the text of what is wrong with it, where it is none. */
export function messageOf(text: string): ClientMessage | string {
  const message = parsed(text)
  if (!isMap(message)) return 'A message is a JSON object.'
  const { type, id, payload = undefined } = message
  switch (type) {
    case 'connection_init':
      return isPayload(payload) ? { type, payload: payload ?? {} } : wrongPayload
    case 'ping':
    case 'pong':
      return isPayload(payload) ? { type, payload: payload ?? undefined } : wrongPayload
    case 'complete':
      return isId(id) ? { type, id } : 'A complete has an id.'
    case 'subscribe': {
      const params = isId(id) && paramsIn(payload)
      return isId(id) && params
        ? { type, id, payload: params }
        : 'A subscribe has an id and a payload with a query.'
    }
    default:
      return 'No client sends this type.'
  }
}

const wrongPayload = `The payload is an object of at most ${deepest} levels.`

function paramsIn(payload: unknown): GraphQLParams | undefined {
  if (!isMap(payload)) return undefined
  const { query, operationName, documentId, variables, extensions } = payload
  if (typeof query !== 'string') return undefined
  if (!isOptionalText(operationName) || !isOptionalText(documentId)) return undefined
  if (!isOptionalMap(variables) || !isOptionalMap(extensions)) return undefined
  return {
    query,
    ...(operationName != null && { operationName }),
    ...(documentId != null && { documentId }),
    ...(variables && { variables }),
    ...(extensions && { extensions }),
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const isId = (id: unknown): id is string => typeof id === 'string' && id !== ''

const isOptionalText = (value: unknown): value is string | null | undefined =>
  value == null || typeof value === 'string'

// A ping's payload is written again: JSON of many levels is read, but overflows the stack where it is written.
const isPayload = (value: unknown): value is Record<string, unknown> | null | undefined =>
  isOptionalMap(value) && !tooDeep(value, deepest)

const isOptionalMap = (value: unknown): value is Record<string, unknown> | null | undefined =>
  value === undefined || value === null || isMap(value)
