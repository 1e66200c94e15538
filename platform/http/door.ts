import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { BadEnvironment } from '../env.ts'
import { Refusal } from '../errors.ts'
import { type Log, requestScope } from '../log.ts'
import { traceparentIn } from '../traceparent.ts'
import { answerError } from './answer.ts'
import { connectionsOf } from './connections.ts'
import { type Exchange, type Handle, requestIdOf, urlOf } from './exchange.ts'
import { createServer } from './node-http.ts'
import { refuseConnect, refuseSocket } from './unreadable.ts'
import { ambiguityOf, asksForSocket } from './well-formed.ts'

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
  /** Milliseconds in which a client must take some more of an answer that is written. A minute unless told. */
  stall?: number
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
export async function openDoor(options: DoorOptions): Promise<Door> {
  const { handle, port, host, log, linger = 0, stall = 60_000 } = options
  const server: Server = createServer({
    ...patience,
    // An upgrade that does not wait for the answers before it would overtake them.
    shouldUpgradeCallback: (request) =>
      server.listenerCount('upgrade') > 0 &&
      asksForSocket(request) &&
      connections.newestOn(request.socket)?.closed !== false,
  })
  const connections = connectionsOf(server)
  let draining = false
  // Node's own time-outs come by here, too; an answer that is still being made has the patience of whoever makes it.
  server.setTimeout(stall, (socket) => {
    if (connections.newestOn(socket)?.writableEnded !== false) socket.destroy()
  })
  server.on('connect', (_, socket) => refuseConnect(socket, connections.newestOn(socket)))
  server.on('clientError', (error, socket) => refuseSocket(error, socket, connections.newestOn(socket)))
  // RFC 9110, 10.1.1: what is expected beside a 100 need not be known.
  server.on('checkExpectation', (request, response) => server.emit('request', request, response))
  server.on('request', (request, response) => {
    connections.take(request.socket, response)
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
      connections.endWithAnswers()
      await pause(linger)
      await connections.close()
    },
  }
}

async function listen(server: Server, port: number, host: string): Promise<void> {
  server.listen(port, host)
  await once(server, 'listening').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EADDRINUSE' && error.code !== 'EACCES') throw error
    throw new BadEnvironment(`Port ${port} of ${host} is ${error.code === 'EACCES' ? 'forbidden' : 'taken'}.`)
  })
}
