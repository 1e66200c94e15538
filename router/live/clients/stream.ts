import { type ErrorCode, Refusal, told } from '@puchi/platform/errors'
import { readGraphQL } from '@puchi/platform/graphql/http'
import { type GraphQLParams, paramsOf } from '@puchi/platform/graphql/params'
import { accepts } from '@puchi/platform/http/accept'
import type { Exchange } from '@puchi/platform/http/exchange'
import { type GraphQLFormattedError, getOperationAST, parse } from 'graphql'
import type { Identity } from '../../guard/identity.ts'
import type { Persisted } from '../../supergraph/persisted.ts'
import { forbidden } from '../dismissal.ts'
import type { Operate } from '../operations.ts'
import type { Connections } from './connections.ts'
import { type Framing, serverSentEvents, streamAskedFor } from './framing.ts'
import { mostUnread } from './wire.ts'

export type StreamOptions = {
  identity: Pick<Identity, 'identify'>
  connections: Connections
  operate: Operate
  persisted: Pick<Persisted, 'read'>
}

const bodyLimit = 64 * 1024

/** Answers one operation as a stream of its results, in the framing that the client asks for. */
export async function answerStream(exchange: Exchange, options: StreamOptions): Promise<void> {
  const { identity, connections, operate, persisted } = options
  const { request, response, requestId } = exchange
  const framing = framingFor(request.headers.accept)
  const caller = await identity.identify(request)
  const params = paramsOf(exchange, await readGraphQL(exchange, bodyLimit))
  if (request.method === 'GET' && mutates(params, persisted)) {
    response.setHeader('allow', 'POST')
    throw new Refusal('METHOD_NOT_ALLOWED', 'Send a mutation by POST.')
  }
  const uncount = await connections.count(caller)
  if (typeof uncount === 'string')
    throw new Refusal('RATE_LIMITED', `Too many streams of one ${uncount}.`, { retryAfter: 5 })
  // Whoever has gone meanwhile closes no more.
  if (response.closed) return uncount()
  const stream = streamTo(exchange, framing)
  const { next, end, cut } = stream
  const leave = connections.add({
    caller: () => caller,
    close: (code, reason) =>
      code === forbidden.code ? cut('UNAUTHENTICATED', reason) : cut('SERVICE_UNAVAILABLE', reason),
    probe: stream.idle,
  })
  if (!leave) {
    uncount()
    throw new Refusal('SERVICE_UNAVAILABLE', 'The router is shutting down.', { retryAfter: 1 })
  }
  stream.begin()
  const stop = operate(
    params,
    { ...caller, requestId },
    {
      ...{ next, end, refused: end },
      resume: () => cut('SERVICE_UNAVAILABLE', 'Subscribe again.'),
      broken: () => cut('INTERNAL_SERVER_ERROR', 'Internal server error'),
    },
  )
  response.once('close', () => {
    uncount()
    leave()
    stop()
  })
}

/** What is written of one operation. */
function streamTo({ response, requestId }: Exchange, framing: Framing) {
  // A client that does not read keeps a stream that has ended open for a while: nothing more goes into that.
  const write = (text: string) => void (response.writableEnded || response.write(text))
  const close = (text: string) => void (response.writableEnded || response.end(text))
  const next = (json: string) => {
    // Whoever does not read is cut off; an EventSource comes again.
    if (response.writableLength > mostUnread) response.destroy()
    else write(framing.next(json))
  }
  return {
    begin() {
      response.writeHead(200, {
        'content-type': framing.contentType,
        'cache-control': 'no-store',
        'x-accel-buffering': 'no', // nginx, and so the edge, would keep events until a buffer is full
      })
      write(framing.begin)
    },
    idle: () => write(framing.idle),
    next,
    end(errors?: readonly GraphQLFormattedError[]) {
      if (errors) next(JSON.stringify({ errors }))
      close(framing.complete)
    },
    cut: (code: ErrorCode, message: string) =>
      close(framing.cut(told(new Refusal(code, message), requestId))),
  }
}

function framingFor(accept: string | undefined): Framing {
  const asked = streamAskedFor(accept)
  if (!asked && !accepts(accept, serverSentEvents.mediaType))
    throw new Refusal('NOT_ACCEPTABLE', 'Accept text/event-stream, or multipart/mixed;subscriptionSpec=1.0.')
  return asked ?? serverSentEvents
}

/** Whether a mutation is asked; what cannot be read is none, and is refused with the reason later. */
function mutates(given: GraphQLParams, { read }: StreamOptions['persisted']): boolean {
  try {
    const { query = '', operationName } = read(given).params
    return getOperationAST(parse(query, { noLocation: true }), operationName)?.operation === 'mutation'
  } catch {
    return false
  }
}
