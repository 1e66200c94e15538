import type { IncomingMessage } from 'node:http'
import { Refusal } from '@puchi/platform/errors'
import { names } from '@puchi/platform/http/accept'
import type { IsForeign } from './origins.ts'

/** Any of these makes a browser ask first (a CORS preflight), which no foreign origin passes. */
const preflighted = ['apollo-require-preflight', 'x-apollo-operation-name', 'graphql-require-preflight']

/**
 * Refuses what a page of any origin could make a browser send without asking first: a GET that carries none of the
 * headers above. A POST needs no look: application/json, the only type we read, is preflighted by itself. What asks for
 * `type` in so many words, as no link or image does, is told by its origin, as a WebSocket is: a browser's EventSource
 * can set no header, and urql sends a short query without one.
 */
export const refuseForged =
  (isForeign: IsForeign, type: string) =>
  (request: IncomingMessage): void => {
    const { method, headers } = request
    if (method !== 'GET' || asksFirst(headers) || (names(headers.accept, type) && !isForeign(request))) return
    throw new Refusal(
      'BAD_REQUEST',
      `A GET needs a header that browsers ask for first: a Bearer token, or ${preflighted.join(', ')}.`,
    )
  }

// Of an Authorization only Bearer: Basic is sent by browsers themselves, once its password was typed in.
const asksFirst = (headers: IncomingMessage['headers']): boolean =>
  preflighted.some((name) => headers[name]) ||
  /^bearer /i.test(headers.authorization ?? '') ||
  /^application\/json\s*(;|$)/i.test(headers['content-type'] ?? '')
