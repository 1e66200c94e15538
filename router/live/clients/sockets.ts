import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { refuseUpgrade } from '@puchi/platform/http/unreadable'
import { boundedLabel } from '@puchi/platform/telemetry'
import { type WebSocket, WebSocketServer } from 'ws'
import type { Identity } from '../../guard/identity.ts'
import type { IsForeign } from '../../guard/origins.ts'
import type { Overload } from '../../guard/overload.ts'
import type { LiveMetrics } from '../metrics.ts'
import { type SocketOptions, serveSocket } from './socket.ts'

export type SocketsOptions = Omit<SocketOptions, 'identity' | 'settled'> & {
  identity: Pick<Identity, 'identify' | 'clientOf'>
  overload: Pick<Overload, 'sheds'>
  isForeign: IsForeign
  metrics: Pick<LiveMetrics, 'sockets' | 'closes'>
}

export type Sockets = {
  /** Takes the upgrades of an HTTP server. */
  attach(http: Server): void
  /** How many are open. */
  size(): number
  /** Ends all that are left. */
  close(): void
}

const protocol = 'graphql-transport-ws'

// A client may close with any of two thousand more, and each that is counted apart is kept for good.
const standard = Array.from({ length: 16 }, (_, at) => String(1_000 + at))
const codes = [...standard, '4400', '4401', '4403', '4406', '4408', '4409', '4429', '4500']

/** The sockets of clients: who may open one, and how many do. */
export function createSockets(options: SocketsOptions): Sockets {
  const { identity, connections, overload, isForeign, metrics } = options
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: 64 * 1024,
    perMessageDeflate: false,
    handleProtocols: (offered) => (offered.has(protocol) ? protocol : false),
  })

  function refusalOf(request: IncomingMessage): string | undefined {
    if (request.url?.split('?')[0] !== '/graphql') return '404 Not Found'
    if (isForeign(request)) return '403 Forbidden'
    return connections.draining() || overload.sheds() ? '503 Service Unavailable' : undefined
  }
  const codeOf = boundedLabel(codes, 0)
  // Not where it is upgraded: what listens there would keep the request for as long as the socket lives.
  function count(opened: WebSocket): void {
    metrics.sockets.inc()
    opened.on('close', (code) => {
      metrics.sockets.dec()
      metrics.closes.inc({ code: codeOf(String(code)) })
    })
  }
  function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const refusal = refusalOf(request)
    if (refusal) return void refuseUpgrade(socket, refusal)
    const settled = connections.wait(identity.clientOf(request))
    if (!settled) return void refuseUpgrade(socket, '429 Too Many Requests')
    // However it ends; a handshake may fail before there is a WebSocket.
    socket.once('close', settled)
    server.handleUpgrade(request, socket, head, (opened) => {
      count(opened)
      if (opened.protocol !== protocol) return opened.close(4406, 'Subprotocol not acceptable')
      serveSocket(opened, request, { ...options, settled })
    })
  }
  return {
    attach: (http) => void http.on('upgrade', upgrade),
    size: () => server.clients.size,
    close() {
      for (const one of server.clients) one.terminate()
      server.close()
    },
  }
}
