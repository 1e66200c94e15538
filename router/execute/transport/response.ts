import { type ErrorCode, isErrorCode } from '@puchi/platform/errors'
import { detailsOf } from '@puchi/platform/graphql/masking'
import { isMap } from '@puchi/platform/is-map'
import type { GraphQLFormattedError } from 'graphql'
import { NoAnswer } from './no-answer.ts'

export type SubgraphResponse = { data?: Record<string, unknown>; errors?: GraphQLFormattedError[] }

// What a subgraph says of the request as a whole is about our request, not about the client's.
const aboutOurs: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'BAD_REQUEST',
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'OPERATION_RESOLUTION_FAILURE',
  'BATCHING_DISABLED',
  'PERSISTED_QUERY_NOT_FOUND',
  'PERSISTED_QUERY_NOT_SUPPORTED',
  'METHOD_NOT_ALLOWED',
  'UNSUPPORTED_MEDIA_TYPE',
  'NOT_ACCEPTABLE',
  'PAYLOAD_TOO_LARGE',
  'INTERNAL_SERVER_ERROR',
])

/**
 * What a subgraph answered, in exactly GraphQL's shape. Throws NoAnswer for anything else, which tells the status where
 * there is one.
 */
export function responseOf(answer: unknown, status?: number): SubgraphResponse {
  if (!isMap(answer)) throw shapeless(status)
  const errors = [answer['errors'] ?? []].flat().map(errorOf)
  const data = isMap(answer['data']) ? answer['data'] : undefined
  if (!data && errors.length === 0) throw shapeless(status)
  return { ...(data && { data }), ...(errors.length > 0 && { errors }) }
}

function errorOf(error: unknown): GraphQLFormattedError {
  const { message, path, extensions } = isMap(error) ? error : {}
  const given = isMap(extensions) ? extensions : {}
  const code = given['code']
  const passes = typeof code === 'string' && !(isErrorCode(code) && aboutOurs.has(code))
  return {
    message: typeof message === 'string' ? message : 'error',
    ...(Array.isArray(path) && path.every(isKey) && { path: path.map(keyOf) }),
    extensions: { ...(passes && { code }), ...detailsOf(given) },
  }
}

const isKey = (part: unknown): part is string | number => typeof part === 'string' || typeof part === 'number'

/** No field is called `0`: what looks so is an index that some library wrote as text. */
const keyOf = (part: string | number): string | number =>
  typeof part === 'string' && /^\d+$/.test(part) ? Number(part) : part

const shapeless = (status: number | undefined) =>
  new NoAnswer('SUBGRAPH_UNAVAILABLE', `not a GraphQL response${status ? `, status ${status}` : ''}`)
