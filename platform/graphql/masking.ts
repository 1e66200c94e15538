import { unwrapResolverError } from '@apollo/server/errors'
import type { GraphQLFormattedError } from 'graphql'
import { outageOf } from '../database/outage.ts'
import { type Details, isErrorCode, type Refusal } from '../errors.ts'
import { type Log, requestScope } from '../log.ts'

const carried: readonly (keyof Details)[] = ['fields', 'suggestion', 'retryAfter', 'limit']

/** Of an error's extensions what a client may see beside the code: nothing but a refusal's own details. */
export const detailsOf = (extensions: Record<string, unknown> = {}): Record<string, unknown> =>
  Object.fromEntries(
    carried.flatMap((name) => (extensions[name] === undefined ? [] : [[name, extensions[name]]])),
  )

type Passes = (code: string) => boolean

/**
 * `formatError` of a service: refusals and GraphQL's own errors pass with code, details and request id; an outage of
 * the database becomes a refusal; other faults, and whatever code `passes` refuses, are logged and masked.
 */
export function maskErrors(log: Log, passes: Passes = isErrorCode) {
  return (formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError => {
    const requestId = requestScope.getStore()?.requestId
    const { message, path, locations } = formatted
    const where = { ...(path && { path }), ...(locations && { locations }) }
    const code = codeOf(formatted, error)
    if (code !== 'INTERNAL_SERVER_ERROR' && passes(code))
      return { message, ...where, extensions: { code, ...detailsOf(formatted.extensions), requestId } }
    const fault = unwrapResolverError(error)
    const outage = outageOf(fault)
    if (outage) {
      log.warn({ why: (fault as Error).message, path }, 'a resolver met an outage')
      const { message, extensions } = partly(outage)
      return { message, ...where, extensions: { ...extensions, requestId } }
    }
    // Of a router's errors the gateway says whose they are.
    log.error({ err: fault, path, subgraph: formatted.extensions?.['serviceName'] }, 'resolver failed')
    return {
      message: 'Internal server error',
      ...where,
      extensions: { code: 'INTERNAL_SERVER_ERROR', requestId },
    }
  }
}

/** An outage as a field tells of it: the others beside it are answered. */
function partly({ message, extensions }: Refusal): Pick<Refusal, 'message' | 'extensions'> {
  if (extensions.code !== 'SERVICE_UNAVAILABLE') return { message, extensions }
  return { message, extensions: { ...extensions, code: 'SUBGRAPH_UNAVAILABLE' } }
}

/** An error's code, where ApolloServer says BAD_REQUEST and a status of our table says more. */
function codeOf({ extensions }: GraphQLFormattedError, error: unknown): string {
  const { http } = (error as { extensions?: { http?: { status?: number } } }).extensions ?? {}
  return http?.status === 405 ? 'METHOD_NOT_ALLOWED' : String(extensions?.['code'] ?? 'INTERNAL_SERVER_ERROR')
}
