import type { ApolloServerOptions, ApolloServerPlugin, BaseContext } from '@apollo/server'
import { isErrorCode } from '@puchi/platform/errors'
import { maskErrors } from '@puchi/platform/graphql/masking'
import type { Log } from '@puchi/platform/log'
import { type GraphQLError, type GraphQLFormattedError, Lexer, type Source, TokenKind } from 'graphql'

type FormatOptions = {
  log: Log
  /** Whether every subgraph keeps to our table of codes. */
  ours: boolean
  production: boolean
}
export type FormatError = NonNullable<ApolloServerOptions<BaseContext>['formatError']>

// The gateway's code for a subgraph's error that has none.
const codeless = 'DOWNSTREAM_SERVICE_ERROR'

/** `formatError` of the router: faults are masked; in production the schema's names are, too. */
export function formatErrorFor({ log, ours, production }: FormatOptions): FormatError {
  const mask = maskErrors(log, ours ? isErrorCode : (code) => code !== codeless)
  if (!production) return mask
  return (formatted, error) => {
    const told = withoutSchemaDetails(mask(formatted, error), error)
    // ApolloServer's words tell clients how to set up an ApolloServer.
    const closed = formatted.extensions?.['validationErrorCode'] === 'INTROSPECTION_DISABLED'
    return closed ? { ...told, message: 'Introspection is closed in production.' } : told
  }
}

/** Takes away what the gateway reports, by names of types and fields, of nulls where the schema allows none. */
export const valueCompletionHidden: ApolloServerPlugin = {
  async requestDidStart() {
    return {
      async willSendResponse({ response: { body } }) {
        if (body.kind === 'single') delete body.singleResult.extensions
      },
    }
  },
}

/**
 * Takes out of an error what the schema says and the client did not: suggestions, and every quoted name that the
 * client's own document does not hold or that a type goes by.
 */
function withoutSchemaDetails(formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError {
  const own = namesIn((error as GraphQLError).source ?? (error as GraphQLError).nodes?.[0]?.loc?.source)
  if (!own) return formatted
  const message = formatted.message
    .replace(/ ?Did you mean .*$/s, '')
    .replace(/(\b(?:on )?type )?"([^"]*)"/g, (whole, type: string | undefined, name: string) =>
      type === undefined && /^\$?\w+$/.test(name) && own.has(name.replace('$', ''))
        ? whole
        : `${type ?? ''}"…"`,
    )
  return { ...formatted, message }
}

function namesIn(source: Source | undefined): Set<string> | undefined {
  if (!source) return undefined
  const names = new Set<string>()
  const lexer = new Lexer(source)
  try {
    for (let token = lexer.advance(); token.kind !== TokenKind.EOF; token = lexer.advance())
      if (token.kind === TokenKind.NAME) names.add(token.value)
  } catch {
    // A document that is no GraphQL holds the names up to where it breaks.
  }
  return names
}
