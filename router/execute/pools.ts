import { Pool } from 'undici'

export type Pools = ReturnType<typeof createPools>

export const responseLimit = 5 * 1024 * 1024

/** Keep-alive connections to the subgraphs: a pool for each, so that one that hangs takes no other's connections. */
export function createPools() {
  const pools = new Map<string, Pool>()
  return {
    of(name: string, origin: string): Pool {
      const key = `${name} ${origin}`
      const pool = pools.get(key) ?? new Pool(origin, settings)
      pools.set(key, pool)
      return pool
    },
    async close() {
      await Promise.all([...pools.values()].map((pool) => pool.close()))
    },
  }
}

const settings: Pool.Options = {
  connections: 128,
  connect: { timeout: 2_000 },
  keepAliveTimeout: 10_000,
  keepAliveMaxTimeout: 30_000,
  // A subgraph that moved to another address is found again, although its old one still answers.
  clientTtl: 30_000,
  maxResponseSize: responseLimit,
}
