import { names, negotiate } from '@puchi/platform/http/accept'
import type { GraphQLFormattedError } from 'graphql'

/** How the results of one operation stand in the body of an HTTP response. */
export type Framing = {
  /** The media type that a client asks for, and the whole of what it is answered in. */
  mediaType: string
  contentType: string
  /** Before anything happened; the head of the response goes out with it. */
  begin: string
  /** What says nothing but that the router is still there. */
  idle: string
  /** One result, as JSON. */
  next(result: string): string
  /** The operation is over. */
  complete: string
  /** The router ends it before it is over; the client is to ask again. */
  cut(error: GraphQLFormattedError): string
}

const comment = ':\n\n'

/** Server-Sent Events, in the words of graphql-sse's distinct connections mode. An EventSource that is cut comes again. */
export const serverSentEvents: Framing = {
  mediaType: 'text/event-stream',
  contentType: 'text/event-stream; charset=utf-8',
  begin: comment,
  idle: comment,
  next: (result) => `event: next\ndata: ${result}\n\n`,
  complete: 'event: complete\ndata:\n\n',
  cut: () => '',
}

// A part is whole for its reader when it sees what follows it: so each brings the delimiter after it along.
const part = (json: string): string => `\r\ncontent-type: application/json\r\n\r\n${json}\r\n--graphql`

/**
 * Apollo's multipart protocol of subscriptions, which its clients speak where they are given no socket:
 * https://www.apollographql.com/docs/graphos/routing/operations/subscriptions/multipart-protocol
 */
export const multipart: Framing = {
  mediaType: 'multipart/mixed',
  contentType: 'multipart/mixed;boundary="graphql";subscriptionSpec="1.0"',
  begin: `\r\n--graphql${part('{}')}`,
  idle: part('{}'),
  next: (result) => part(`{"payload":${result}}`),
  complete: '--\r\n',
  cut: (error) => `${part(JSON.stringify({ payload: null, errors: [error] }))}--\r\n`,
}

type Accept = string | undefined

const namesMultipart = (accept: Accept): boolean => names(accept, 'multipart/mixed', 'subscriptionspec=1.0')

/** The stream that a client asks for where it might have a plain answer; undefined where it takes that. */
export function streamAskedFor(accept: Accept): Framing | undefined {
  // Every query comes by here.
  if (accept === undefined || !/stream|multipart/i.test(accept)) return undefined
  if (namesMultipart(accept)) return multipart
  return names(accept, serverSentEvents.mediaType) && !negotiate(accept) ? serverSentEvents : undefined
}
