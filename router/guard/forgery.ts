import type { IncomingMessage } from 'node:http'
import { Refusal } from '@puchi/platform/errors'
import { names } from '@puchi/platform/http/accept'
import type { IsForeign } from './origins.ts'

/** Any of these makes a browser ask first (a CORS preflight), which no foreign origin passes. */
export const preflighted = [
  'apollo-require-preflight',
  'x-apollo-operation-name',
  'graphql-require-preflight',
]

/**
 * Refuses what a page of any origin could make a browser send without asking first: a GET that carries none of the
 * headers above. A POST needs no look: application/json, the only type we read, is preflighted by itself.
 */
export function refuseForgery({ method, headers }: IncomingMessage): void {
  if (method !== 'GET' || preflighted.some((name) => headers[name])) return
  if (/^application\/json\s*(;|$)/i.test(headers['content-type'] ?? '')) return
  throw new Refusal(
    'BAD_REQUEST',
    `A GET needs a header that browsers ask for first: ${preflighted.join(', ')}.`,
  )
}

/**
 * The same for streams: a browser's EventSource can set no header. What asks for a stream in so many words is told by its
 * origin, as a WebSocket is.
 */
export const refuseForgedStream =
  (isForeign: IsForeign) =>
  (request: IncomingMessage): void => {
    if (!names(request.headers.accept, 'text/event-stream') || isForeign(request)) refuseForgery(request)
  }
