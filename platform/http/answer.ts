import { outageOf } from '../database/outage.ts'
import { errorCodes, isErrorCode, Refusal, told } from '../errors.ts'
import type { Log } from '../log.ts'
import { graphqlJson, json, type Media, negotiate } from './accept.ts'
import type { Exchange } from './exchange.ts'
import { secure } from './secure.ts'

export function answer({ response }: Exchange, status: number, type: string, body: string | Buffer): void {
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body) })
  response.end(body)
}

export const answerJson = (exchange: Exchange, status: number, body: unknown): void =>
  answer(exchange, status, 'application/json; charset=utf-8', JSON.stringify(body))

/** The headers that say what the client of a refused request can do: wait so long, or sign in (RFC 6750, 3). */
export function advise({ request, response }: Exchange, { code, retryAfter }: Advice): void {
  if (retryAfter) response.setHeader('retry-after', String(retryAfter))
  const wrong = request.headers.authorization === undefined ? '' : ' error="invalid_token"'
  if (code === 'UNAUTHENTICATED') response.setHeader('www-authenticate', `Bearer${wrong}`)
}

type Advice = { code?: unknown; retryAfter?: unknown }

/**
 * The status of an answer without data, of which GraphQL over HTTP wants no 2xx; only the persisted query handshake
 * keeps its 200 for JSON.
 */
export function statusWithoutData(code: unknown, media: Media): number {
  const status = isErrorCode(code) ? errorCodes[code].status : 500
  const handshake = media !== graphqlJson && String(code).startsWith('PERSISTED_QUERY_NOT_')
  return status === 200 && !handshake ? 400 : status
}

/** Answers a thrown error in GraphQL's shape: a refusal as it is, a fault masked and logged. */
export function answerError(exchange: Exchange, error: unknown, log: Log): void {
  const { response, request, requestId } = exchange
  if (response.destroyed || request.errored) return
  const refusal = error instanceof Refusal ? error : outageOf(error)
  if (!refusal) log.error({ err: error }, 'request failed')
  else if (refusal !== error) log.warn({ why: (error as Error).message }, 'a request met an outage')
  if (response.headersSent) return void response.destroy()
  const shown = refusal ?? new Refusal('INTERNAL_SERVER_ERROR', 'Internal server error')
  const { extensions } = shown
  secure(response)
  if (!response.hasHeader('cache-control')) response.setHeader('cache-control', 'no-store')
  advise(exchange, extensions)
  // What is left of a body would stand before the next request of this connection.
  request.resume()
  const media = negotiate(request.headers.accept) ?? json
  const body = { errors: [told(shown, requestId)] }
  answer(exchange, statusWithoutData(extensions.code, media), `${media}; charset=utf-8`, JSON.stringify(body))
}
