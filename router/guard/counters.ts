import type { Log } from '@puchi/platform/log'
import type { Telemetry } from '@puchi/platform/telemetry'
import { within } from '@puchi/platform/within'
import { placesHere, sharedPlaces, type Take } from './places.ts'

/** So many points in so many seconds, for each key. */
export type Rate = { keyPrefix: string; points: number; duration: number }

/** Takes points of a key. Rejects with a RateLimiterRes where there are not so many left. */
export type Consume = (key: string, points: number) => Promise<unknown>

/** Counts what each caller does: for this router alone, or for all that share one Redis or Valkey. */
export type Counters = {
  rate(rate: Rate): Promise<Consume>
  /** Takes what is held for a while and then given back. */
  take: Take
  /** Names the counters while they should be shared and are not. */
  degraded(): string[]
  close(): Promise<void>
}

/** How a router counts where no Redis does. */
export type OwnCounters = Pick<Counters, 'rate' | 'take'>

/** Counts for this process alone. */
export const countAlone = (): OwnCounters => ({
  async rate(rate) {
    const { RateLimiterMemory } = await import('rate-limiter-flexible')
    const limiter = new RateLimiterMemory(rate)
    return (key, points) => limiter.consume(key, points)
  },
  take: placesHere(),
})

type Parts = {
  own: OwnCounters
  log: Log
  telemetry: Telemetry
  /** Milliseconds for which places of a process that died are still held. */
  lease?: number
}

/** What a request waits at most for a counter; a Redis that answers takes a millisecond. */
const patience = 200
const longestPause = 5_000

/** Opens the counters of REDIS_URL. While it is away each router counts for itself; that is logged once, and counted. */
export async function openCounters(
  url: string | undefined,
  { own: alone, log, telemetry, lease = 30_000 }: Parts,
): Promise<Counters> {
  if (url === undefined) return { ...alone, degraded: () => [], close: async () => {} }
  const fallbacks = telemetry.counter(
    'router_counter_fallbacks_total',
    'Counts taken in memory because the shared counters did not answer.',
  )
  const client = await clientOf(url, log)
  const soon = <T>(work: Promise<T>) => within(patience, 'counting', work)
  const places = sharedPlaces({ client, lease, soon, alone: () => fallbacks.inc() })
  return {
    async rate(rate) {
      const { RateLimiterRedis, RateLimiterRes } = await import('rate-limiter-flexible')
      const own = await alone.rate(rate)
      const shared = new RateLimiterRedis({
        ...rate,
        storeClient: client,
        useRedisPackage: true,
        rejectIfRedisNotReady: true,
        inMemoryBlockOnConsumed: rate.points, // whoever has exceeded the limit costs no further round trip
      })
      return async (key, points) => {
        try {
          return await soon(shared.consume(key, points))
        } catch (error) {
          if (error instanceof RateLimiterRes) throw error
          fallbacks.inc()
          return own(key, points)
        }
      }
    },
    take: places.take,
    degraded: () => (client.isReady ? [] : ['counters']),
    async close() {
      places.close()
      client.destroy()
    },
  }
}

async function clientOf(url: string, log: Log) {
  const { createClient } = await import('@redis/client')
  const client = createClient({
    url,
    disableOfflineQueue: true, // what waits for a Redis to come back is a request that hangs
    pingInterval: 10_000,
    socket: {
      connectTimeout: 2_000,
      socketTimeout: 15_000,
      reconnectStrategy: (tries) => Math.min(100 * 2 ** tries, longestPause),
    },
  })
  let away = false
  client.on('error', (error: NodeJS.ErrnoException) => {
    if (!away)
      log.warn({ why: error.code ?? error.name }, 'the shared counters are away; this router counts alone')
    away = true
  })
  client.on('ready', () => {
    if (away) log.info('the shared counters are back')
    away = false
  })
  // It tries until it succeeds; only closing it ends that.
  client.connect().catch(() => {})
  return client
}
