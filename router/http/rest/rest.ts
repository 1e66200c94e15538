import { type ErrorCode, errorCodes, isErrorCode, Refusal, told } from '@puchi/platform/errors'
import { refuseLate } from '@puchi/platform/graphql/http'
import { advise, answerJson } from '@puchi/platform/http/answer'
import type { Exchange, Handle } from '@puchi/platform/http/exchange'
import type { FormattedExecutionResult, GraphQLFormattedError } from 'graphql'
import type { Identity } from '../../guard/identity.ts'
import { responseKey } from '../../plan/nodes.ts'
import type { Supergraph } from '../../supergraph/supergraph.ts'
import type { Endpoint } from './endpoints.ts'
import { variablesOf } from './variables.ts'

export type RestOptions = {
  supergraph: Supergraph
  identity: Identity
  /** Bytes of a body. */
  bodyLimit: number
  /** Milliseconds for a whole answer. */
  patience: number
}

type Data = Record<string, unknown>

/** Serves each REST path: an endpoint's operation runs as if it had come over GraphQL, with the same guards. */
export function restRoutes(endpoints: readonly Endpoint[], options: RestOptions): [string, Handle][] {
  const paths = Map.groupBy(endpoints, ({ path }) => path)
  return [...paths].map(([path, here]) => [
    path,
    (exchange) => serve(exchange, here, options).catch((error) => refuse(exchange, error)),
  ])
}

/** Answers a refusal whose status differs from GraphQL's; the door answers the others. */
function refuse(exchange: Exchange, error: unknown): void {
  if (!(error instanceof Refusal) || !(error.extensions.code in own)) throw error
  answerErrors(exchange, [told(error, exchange.requestId)])
}

function answerErrors(
  exchange: Exchange,
  errors: readonly Pick<GraphQLFormattedError, 'extensions'>[],
): void {
  const { code, retryAfter } = errors[0]?.extensions ?? {}
  const status = statusOf(code)
  advise(exchange, { code, retryAfter: retryAfter ?? (status === 503 ? 1 : undefined) })
  exchange.response.setHeader('cache-control', 'no-store')
  answerJson(exchange, status, { errors })
}

async function serve(exchange: Exchange, here: readonly Endpoint[], options: RestOptions): Promise<void> {
  const endpoint = here.find(({ method }) => method === exchange.request.method)
  if (!endpoint) {
    const allow = here.map(({ method }) => method).join(', ')
    exchange.response.setHeader('allow', allow)
    throw new Refusal('METHOD_NOT_ALLOWED', `Use ${allow}.`)
  }
  const deadline = performance.now() + options.patience
  const caller = await options.identity.identify(exchange.request)
  const variables = await variablesOf(exchange, endpoint, options.bodyLimit)
  const params = { query: endpoint.text, operationName: endpoint.name, variables }
  const context = { ...caller, requestId: exchange.requestId, deadline }
  const result = await options.supergraph.serve(({ admit, ask }) => {
    admit(params)
    return ask(params, context)
  })
  answerWith(exchange, endpoint, result)
}

function answerWith(exchange: Exchange, endpoint: Endpoint, result: FormattedExecutionResult<Data>): void {
  refuseLate(result)
  const { errors = [] } = result
  const root = result.data?.[responseKey(endpoint.root)] as Data | null | undefined
  const value = endpoint.answer && root ? (root[endpoint.answer] as Data | null) : root
  if (!value && errors.length === 0) throw new Refusal('UNAUTHENTICATED', 'Sign in first.')
  if (!value) return void answerErrors(exchange, errors)
  exchange.response.setHeader('cache-control', 'no-store')
  // Parts that failed are null, and told of beside the others.
  answerJson(exchange, 200, errors.length > 0 ? { ...value, errors } : value)
}

// GraphQL answers these beside data; a REST call that has none says it by its status.
const own: Partial<Record<ErrorCode, number>> = {
  NOT_FOUND: 404,
  BAD_USER_INPUT: 400,
  USERNAME_TAKEN: 409,
  CONFLICT: 409,
  IDEMPOTENCY_CONFLICT: 409,
  SUBGRAPH_UNAVAILABLE: 503,
  SUBGRAPH_TIMEOUT: 504,
}

/** The HTTP status of a REST call that failed with a code. */
export const statusOf = (code: unknown): number =>
  isErrorCode(code) ? (own[code] ?? errorCodes[code].status) : 500
