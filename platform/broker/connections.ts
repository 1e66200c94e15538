import type { Log } from '../log.ts'
import { type KeptConnection, keepConnection } from './connection.ts'
import type { BrokerMetrics } from './metrics.ts'

export type ConnectionsOptions = {
  url: string
  service: string
  heartbeat: number
  deadline: number
  log: Log
  metrics: BrokerMetrics
}

export type Connections = {
  incoming: KeptConnection
  outgoing: KeptConnection
  /** Resolves when all have been up. */
  firstUp: Promise<unknown>
}

/**
 * A service's connections. Publishing has one of its own: RabbitMQ stops reading from a publisher that it blocks, and
 * so would not see what is acknowledged there.
 */
export async function openConnections(options: ConnectionsOptions): Promise<Connections> {
  const { service, metrics } = options
  const up = new Set<string>()

  async function open(way: string) {
    const { promise: firstUp, resolve: isUp } = Promise.withResolvers<void>()
    let ups = 0
    const connection = await keepConnection({
      ...options,
      name: `${service} ${way}`,
      onChange(what) {
        if (what === 'up') {
          up.add(way)
          ups += 1
          if (ups > 1) metrics.reconnects.inc()
          isUp()
        }
        if (what === 'down') up.delete(way)
        metrics.connected.set(Number(up.size === 2))
        if (way === 'out') metrics.blocked.set(Number(what === 'blocked'))
      },
    })
    return { connection, firstUp }
  }
  const [incoming, outgoing] = await Promise.all([open('in'), open('out')])
  const firstUp = Promise.all([incoming.firstUp, outgoing.firstUp])
  return { incoming: incoming.connection, outgoing: outgoing.connection, firstUp }
}
