import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { errorCodes, Refusal } from './errors.ts'
import { type Log, requestScope } from './log.ts'

/** One HTTP request on its way through a door. */
export type Exchange = {
  request: IncomingMessage
  response: ServerResponse
  requestId: string
  url: URL
}
export type Handle = (exchange: Exchange) => Promise<void>

export type Door = {
  server: Server
  port: number
  /** Stops accepting, answers what is under way, and resolves when the last connection is gone. */
  drain(): Promise<void>
}

export type DoorOptions = { handle: Handle; port: number; host: string; log: Log }

/** Opens an HTTP server with bounded patience: a head in 10 s, a whole request in 15 s, 16 KiB of headers. */
export async function openDoor({ handle, port, host, log }: DoorOptions): Promise<Door> {
  const server = createServer({ headersTimeout: 10_000, requestTimeout: 15_000, maxHeaderSize: 16_384 })
  let draining = false
  server.on('request', (request, response) => {
    const requestId = requestIdOf(request)
    response.setHeader('x-request-id', requestId)
    if (draining) response.setHeader('connection', 'close')
    requestScope.run({ requestId }, () => serve({ request, response, requestId, url: urlOf(request) }))
  })
  const serve = (exchange: Exchange) =>
    handle(exchange).catch((error: unknown) => answerError(exchange, error, log))

  server.listen(port, host)
  await once(server, 'listening')
  return {
    server,
    port: (server.address() as AddressInfo).port,
    async drain() {
      draining = true
      const closed = once(server, 'close')
      server.close()
      await closed
    },
  }
}

const requestIdOf = ({ headers }: IncomingMessage): string => {
  const given = String(headers['x-request-id'] ?? '')
  return /^[\w.:-]{8,128}$/.test(given) ? given : randomUUID()
}

// A request target such as `//x` or `http://[` is no path of ours; it must not throw.
const urlOf = ({ url = '/' }: IncomingMessage): URL =>
  URL.parse(url.startsWith('/') ? `http://puchi${url}` : url) ?? new URL('http://puchi/?unreadable')

/** The whole body. Throws PAYLOAD_TOO_LARGE as soon as it passes `limit` bytes. */
export async function readBody({ request }: Exchange, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > limit) throw new Refusal('PAYLOAD_TOO_LARGE', `The body may have at most ${limit} bytes.`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

export function answer({ response }: Exchange, status: number, type: string, body: string | Buffer): void {
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body) })
  response.end(body)
}

export const answerJson = (exchange: Exchange, status: number, body: unknown): void =>
  answer(exchange, status, 'application/json; charset=utf-8', JSON.stringify(body))

/** Answers a thrown error in GraphQL's shape: a refusal as it is, a fault masked and logged. */
export function answerError(exchange: Exchange, error: unknown, log: Log): void {
  const { response, request, requestId } = exchange
  if (response.destroyed || request.errored) return
  if (!(error instanceof Refusal)) log.error({ err: error }, 'request failed')
  const refusal =
    error instanceof Refusal ? error : new Refusal('INTERNAL_SERVER_ERROR', 'Internal server error')
  if (response.headersSent) return void response.destroy()
  const { extensions, message } = refusal
  // The rest of an unread body would be taken for the next request.
  if (!request.complete) response.setHeader('connection', 'close')
  if (extensions.retryAfter) response.setHeader('retry-after', String(extensions.retryAfter))
  const graphql = String(request.headers.accept ?? '').includes('application/graphql-response+json')
  const type = `application/${graphql ? 'graphql-response+json' : 'json'}; charset=utf-8`
  const { status } = errorCodes[extensions.code]
  answer(
    exchange,
    status,
    type,
    JSON.stringify({ errors: [{ message, extensions: { ...extensions, requestId } }] }),
  )
}
