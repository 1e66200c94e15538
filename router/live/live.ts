import { setTimeout as pause } from 'node:timers/promises'
import type { Log } from '@puchi/platform/log'
import type { Telemetry } from '@puchi/platform/telemetry'
import type { Tracing } from '@puchi/platform/tracing'
import type { Counters } from '../guard/counters.ts'
import type { Identity } from '../guard/identity.ts'
import type { IsForeign } from '../guard/origins.ts'
import type { Overload } from '../guard/overload.ts'
import type { Settings } from '../settings.ts'
import type { Persisted } from '../supergraph/persisted.ts'
import type { Supergraph } from '../supergraph/supergraph.ts'
import { createConnections } from './clients/connections.ts'
import { createSockets } from './clients/sockets.ts'
import { gathering } from './events/gather.ts'
import type { GroupOptions } from './events/group.ts'
import { createGroups } from './events/groups.ts'
import { createUpstreams, type UpstreamOptions } from './events/upstream.ts'
import { liveMetrics } from './metrics.ts'
import { createOperations } from './operations.ts'

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
  const { log, tracing } = options
  const metrics = liveMetrics(options.telemetry)
  const upstreams = createUpstreams({ identity, locate, log })
  const gather = gathering((fetches) => {
    metrics.fetches.inc(fetches)
    metrics.requests.inc()
  })
  const delivered = (members: number) => metrics.deliveries.inc(members)
  const groups = createGroups({ upstreams, formatError, delivered, gather, tracing, log }, (size) =>
    metrics.groups.set(size),
  )
  const operate = createOperations({
    ...{ supergraph, persisted, overload, groups, log, tracing },
    patience: limits.patience,
  })
  const connections = createConnections({
    stands: identity.stands,
    take: options.counters.take,
    refused: (bound) => metrics.refusals.inc({ bound }),
    ...limits,
  })
  const sockets = createSockets({
    ...{ identity, connections, operate, overload, isForeign, metrics, log },
    ...limits,
  })
  const stopMoving = supergraph.onSwap(() => void groups.move())
  return {
    connections,
    operate,
    attach: sockets.attach,
    async drain() {
      stopMoving()
      await connections.drain()
      await pause(sockets.size() > 0 ? graceForCloses : 0)
      sockets.close()
      upstreams.close()
    },
  }
}
