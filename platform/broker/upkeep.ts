import type { KeptConnection } from './connection.ts'
import type { BrokerMetrics } from './metrics.ts'
import { declare, type Topology } from './topology.ts'
import { whileOpen } from './while-open.ts'

export type UpkeepOptions = { topology: Topology; upkeep: number; metrics: BrokerMetrics }

/**
 * Looks after a service's part of the topology: a publisher notices a deleted exchange, but the bindings that went with
 * it are missed by nobody until an event finds no queue.
 */
export async function keepTopology(connection: KeptConnection, options: UpkeepOptions): Promise<void> {
  const { topology, upkeep, metrics } = options
  await connection.hold(async (channel) => {
    const look = async () => {
      const depths = await declare(channel, topology)
      for (const [queue, messages] of depths) metrics.depth.set({ queue }, messages)
    }
    await look()
    whileOpen(channel, upkeep, look)
  })
}
