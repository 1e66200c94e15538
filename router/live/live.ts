import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { setTimeout as pause } from 'node:timers/promises'
import { refuseUpgrade } from '@puchi/platform/http/unreadable'
import type { Log } from '@puchi/platform/log'
import type { Telemetry } from '@puchi/platform/telemetry'
import type { Tracing } from '@puchi/platform/tracing'
import { type WebSocket, WebSocketServer } from 'ws'
import type { Counters } from '../guard/counters.ts'
import type { Identity } from '../guard/identity.ts'
import type { IsForeign } from '../guard/origins.ts'
import type { Overload } from '../guard/overload.ts'
import type { Bound } from '../guard/owner.ts'
import type { Persisted } from '../plan/persisted.ts'
import type { Supergraph } from '../plan/supergraph.ts'
import type { Settings } from '../settings.ts'
import { createConnections } from './connections.ts'
import { gathering } from './gather.ts'
import type { GroupOptions } from './group.ts'
import { createGroups } from './groups.ts'
import { createOperations } from './operations.ts'
import { serveSocket } from './socket.ts'
import { createUpstreams, type UpstreamOptions } from './upstream.ts'

export type LiveOptions = {
  supergraph: Supergraph
  identity: Identity
  persisted: Persisted
  overload: Pick<Overload, 'admit' | 'sheds'>
  counters: Pick<Counters, 'take'>
  locate: UpstreamOptions['locate']
  formatError: GroupOptions['formatError']
  isForeign: IsForeign
  limits: Record<
    'perSocket' | 'perUser' | 'perAddress' | 'waiting' | 'initPatience' | 'patience' | 'drainOver',
    number
  >
  log: Log
  telemetry: Telemetry
  tracing?: Pick<Tracing, 'unit'> | undefined
}

// In which a client that was sent away answers.
const graceForCloses = 500

const protocol = 'graphql-transport-ws'

export const liveLimitsOf = (env: Settings): LiveOptions['limits'] => ({
  perSocket: env.LIVE_PER_SOCKET,
  perUser: env.LIVE_PER_USER,
  perAddress: 'LIVE_PER_ADDRESS' in env ? env.LIVE_PER_ADDRESS : Number.POSITIVE_INFINITY,
  waiting: 'LIVE_WAITING_PER_ADDRESS' in env ? env.LIVE_WAITING_PER_ADDRESS : Number.POSITIVE_INFINITY,
  initPatience: 3_000,
  patience: env.ROUTER_TIMEOUT_MS,
  drainOver: env.NODE_ENV === 'production' ? 8_000 : 200,
})

export type Live = ReturnType<typeof createLive>

/** Sockets and streams, and whatever they are subscribed to. */
export function createLive(options: LiveOptions) {
  const { supergraph, identity, persisted, overload, locate, formatError, isForeign, limits } = options
  const { log, telemetry, tracing } = options
  const sockets = telemetry.gauge('live_sockets', 'Open sockets.')
  const closes = telemetry.counter('live_socket_closes_total', 'Closed sockets, by code.', ['code'])
  const deliveries = telemetry.counter('live_deliveries_total', 'Events sent to subscribers.')
  const executed = telemetry.gauge(
    'live_groups',
    'Subscriptions executed, each for everyone who asks the same.',
  )
  const upstreams = createUpstreams({ identity, locate, log })
  const delivered = (members: number) => deliveries.inc(members)
  const gathered = telemetry.counter('live_entity_fetches_total', 'Entity fetches of events.')
  const requests = telemetry.counter('live_entity_requests_total', 'Requests that these fetches became.')
  const gather = gathering((fetches) => {
    gathered.inc(fetches)
    requests.inc()
  })
  const groups = createGroups({ upstreams, formatError, delivered, gather, tracing, log }, (size) =>
    executed.set(size),
  )
  const operate = createOperations({
    ...{ supergraph, persisted, overload, groups, log, tracing },
    patience: limits.patience,
  })
  const refusals = telemetry.counter(
    'live_refusals_total',
    'Sockets and streams that were too many of one user or address, or waited with too many of one address.',
    ['bound'],
  )
  const refused = (bound: Bound | 'waiting') => refusals.inc({ bound })
  const connections = createConnections({
    stands: identity.stands,
    take: options.counters.take,
    refused,
    ...limits,
  })
  const stopMoving = supergraph.onSwap(() => void groups.move())
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
  // Not where it is upgraded: what listens there would keep the request for as long as the socket lives.
  function count(opened: WebSocket): void {
    sockets.inc()
    opened.on('close', (code) => {
      sockets.dec()
      closes.inc({ code: String(code) })
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
      serveSocket(opened, request, {
        identity,
        connections,
        operate,
        settled,
        ...limits,
        log,
      })
    })
  }
  return {
    connections,
    operate,
    attach: (http: Server) => void http.on('upgrade', upgrade),
    async drain() {
      stopMoving()
      await connections.drain()
      await pause(server.clients.size > 0 ? graceForCloses : 0)
      for (const one of server.clients) one.terminate()
      upstreams.close()
      server.close()
    },
  }
}
