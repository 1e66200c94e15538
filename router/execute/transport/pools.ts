import { createRequire } from 'node:module'
import type { Pool } from 'undici'

// All of undici takes three times as long to load, and 15 MB more.
const UndiciPool: typeof Pool = createRequire(import.meta.url)('undici/lib/dispatcher/pool.js')

export type Pools = ReturnType<typeof createPools>

export const responseLimit = 5 * 1024 * 1024

/**
 * Keep-alive connections to the subgraphs: a pool for each, so that one that hangs takes no other's connections. None is
 * older than `lifetime` milliseconds, so that a subgraph that moved is found although its old address still answers.
 */
export function createPools(lifetime = 30_000) {
  const pools = new Map<string, Pool>()
  return {
    of(name: string, origin: string): Pool {
      const key = `${name} ${origin}`
      const pool = pools.get(key) ?? new UndiciPool(origin, { ...settings, clientTtl: lifetime })
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
  // A fetch has a deadline of its own, for all of it.
  headersTimeout: 0,
  bodyTimeout: 0,
  keepAliveTimeout: 10_000,
  keepAliveMaxTimeout: 30_000,
  maxResponseSize: responseLimit,
}
