import { unwrapResolverError } from '@apollo/server/errors'
import type { GraphQLFormattedError } from 'graphql'
import { isErrorCode, Refusal } from './errors.ts'
import { type Log, requestScope } from './log.ts'

/** `formatError` of a service: refusals and GraphQL's own errors pass, faults are logged and masked. */
export function maskErrors(log: Log) {
  return (formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError => {
    const { code, stacktrace: _, serviceName: __, ...details } = formatted.extensions ?? {}
    const requestId = requestScope.getStore()?.requestId
    if (isErrorCode(code) && code !== 'INTERNAL_SERVER_ERROR')
      return { ...formatted, extensions: { code, ...details, requestId } }
    log.error({ err: unwrapResolverError(error), path: formatted.path }, 'resolver failed')
    const { path, locations } = formatted
    return {
      message: 'Internal server error',
      ...(path && { path }),
      ...(locations && { locations }),
      extensions: { code: 'INTERNAL_SERVER_ERROR', requestId },
    }
  }
}

/** The refusal inside whatever was thrown, if there is one. */
export const refusalIn = (error: unknown): Refusal | undefined => {
  const inner = unwrapResolverError(error)
  return inner instanceof Refusal ? inner : undefined
}
