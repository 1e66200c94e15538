import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { type AddressInfo, Server as NetServer } from 'node:net'
import type { Duplex } from 'node:stream'
import { setTimeout as pause } from 'node:timers/promises'
import { graphqlJson, json, type Media, negotiate } from './accept.ts'
import { BadEnvironment } from './env.ts'
import { errorCodes, isErrorCode, Refusal, told } from './errors.ts'
import { type Log, requestScope } from './log.ts'
import { createServer } from './node-http.ts'
import { outageOf } from './outage.ts'
import { secure } from './secure.ts'
import { traceparentIn } from './traceparent.ts'
import { refuseConnect, refuseSocket } from './unreadable.ts'
import { ambiguityOf, asksForSocket } from './well-formed.ts'

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

export type DoorOptions = {
  handle: Handle
  port: number
  host: string
  log: Log
  /** Milliseconds in which a draining door still accepts, for load balancers to notice. 0 unless told. */
  linger?: number
}

const patience = {
  headersTimeout: 10_000,
  requestTimeout: 15_000,
  connectionsCheckingInterval: 1_000, // the two above are only looked at this often
  maxHeaderSize: 16_384,
  requireHostHeader: false, // we refuse that ourselves, and say so
  keepAliveTimeout: 65_000, // longer than a proxy's, so that it is the proxy that closes
}

/** Opens an HTTP server with bounded patience: a head in 10 s, a whole request in 15 s, 16 KiB of headers. */
export async function openDoor({ handle, port, host, log, linger = 0 }: DoorOptions): Promise<Door> {
  const server: Server = createServer({
    ...patience,
    // An upgrade that does not wait for the answers before it would overtake them.
    shouldUpgradeCallback: (request) =>
      server.listenerCount('upgrade') > 0 &&
      asksForSocket(request) &&
      newestOn(request.socket)?.closed !== false,
  })
  // Only connections come and go here. What every request enters and leaves would be kept by the tables that a Map
  // outgrows: each points to the next, and one of them that is old keeps all of them until a full collection.
  const connections: Connections = new Map()
  const newestOn = (socket: Duplex) => connections.get(socket)?.newest
  let draining = false
  server.on('connection', (socket) => {
    connections.set(socket, { used: false, newest: undefined })
    socket.on('close', () => connections.delete(socket))
  })
  server.on('connect', (_, socket) => refuseConnect(socket, newestOn(socket)))
  server.on('clientError', (error, socket) => refuseSocket(error, socket, newestOn(socket)))
  // RFC 9110, 10.1.1: what is expected beside a 100 need not be known.
  server.on('checkExpectation', (request, response) => server.emit('request', request, response))
  server.on('request', (request, response) => {
    const connection = connections.get(request.socket)
    if (connection) take(connection, response)
    const requestId = requestIdOf(request)
    response.setHeader('x-request-id', requestId)
    // What came in one packet with an offer that is not taken is lost to Node: the client must not wait for its answer.
    if (draining || request.headers.upgrade !== undefined) response.setHeader('connection', 'close')
    const traceparent = traceparentIn(request.headers['traceparent'])
    const scope = traceparent === undefined ? { requestId } : { requestId, traceparent }
    requestScope.run(scope, () => serve({ request, response, requestId, url: urlOf(request) }))
  })
  async function serve(exchange: Exchange): Promise<void> {
    try {
      const doubt = ambiguityOf(exchange.request)
      if (doubt) {
        // Nothing that follows it on this connection can be believed.
        exchange.response.setHeader('connection', 'close')
        throw new Refusal('BAD_REQUEST', doubt)
      }
      await handle(exchange)
    } catch (error) {
      answerError(exchange, error, log)
    }
  }

  await listen(server, port, host)
  return {
    server,
    port: (server.address() as AddressInfo).port,
    async drain() {
      draining = true
      for (const { newest } of connections.values())
        if (newest && !newest.headersSent) newest.setHeader('connection', 'close')
      await pause(linger)
      await closeServer(server, connections)
    },
  }
}

/** A client's connection: whether a request came over it, and the answer to the last one while that is under way. */
type Connection = { used: boolean; newest: ServerResponse | undefined }
type Connections = Map<Duplex, Connection>

function take(connection: Connection, response: ServerResponse): void {
  connection.used = true
  connection.newest = response
  response.once('close', () => {
    if (connection.newest === response) connection.newest = undefined
  })
}

async function listen(server: Server, port: number, host: string): Promise<void> {
  server.listen(port, host)
  await once(server, 'listening').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EADDRINUSE' && error.code !== 'EACCES') throw error
    throw new BadEnvironment(`Port ${port} of ${host} is ${error.code === 'EACCES' ? 'forbidden' : 'taken'}.`)
  })
}

const graceForIdle = 100
const graceForAll = 15_000

async function closeServer(server: Server, connections: Connections): Promise<void> {
  const closed = once(server, 'close')
  // http's own close() cuts idle connections at once, among them those on which a request is just coming in.
  NetServer.prototype.close.call(server)
  const idle = setInterval(() => {
    server.close().closeIdleConnections() // which Node does not count those among that never had a request
    for (const [socket, { used }] of connections) if (!used) socket.destroy()
  }, graceForIdle)
  const all = setTimeout(() => server.closeAllConnections(), graceForAll)
  await closed
  clearInterval(idle)
  clearTimeout(all)
}

const requestIdOf = ({ headers }: IncomingMessage): string => {
  const given = String(headers['x-request-id'] ?? '')
  return /^[\w.:-]{8,128}$/.test(given) ? given : randomUUID()
}

let last = { target: '/', url: new URL('http://puchi/') }

// A request target such as `*` or `http://[` is no path of ours; it must not throw. Nor is one that only becomes a path
// of ours when it is tidied up, such as `/x/../graphql`: who stood before us took it for another.
function urlOf({ url: target = '/' }: IncomingMessage): URL {
  if (target !== last.target) {
    const url = URL.parse(target.startsWith('/') ? `http://puchi${target}` : target)
    const [path = ''] = target.replace(/^https?:\/\/[^/?]*/i, '').split('?')
    last = { target, url: url?.pathname === (path || '/') ? url : new URL('http://puchi/*') }
  }
  return last.url
}

/** The whole body. Throws PAYLOAD_TOO_LARGE as soon as it passes, or promises to pass, `limit` bytes. */
export async function readBody({ request }: Exchange, limit: number): Promise<Buffer> {
  const tooLarge = () => new Refusal('PAYLOAD_TOO_LARGE', `The body may have at most ${limit} bytes.`)
  if (Number(request.headers['content-length'] ?? 0) > limit) throw tooLarge()
  const chunks: Buffer[] = []
  let size = 0
  // A loop over the request's own iterator costs several times as much.
  return new Promise((resolve, reject) => {
    const gone = () => request.complete || reject(new Error('the client is gone'))
    if (request.destroyed) gone()
    request.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size > limit) reject(tooLarge())
      else chunks.push(chunk)
    })
    request.once('end', () => resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)))
    request.once('error', reject)
    request.once('close', gone)
  })
}

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
function answerError(exchange: Exchange, error: unknown, log: Log): void {
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
