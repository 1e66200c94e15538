import type { Connect } from '@puchi/platform/broker/connect'
import type { Log } from '@puchi/platform/log'
import type { Telemetry } from '@puchi/platform/telemetry'
import { openTracing } from '@puchi/platform/tracing'
import { createBreakers } from './execute/transport/breakers.ts'
import { createFetches } from './execute/transport/fetches.ts'
import { createPools } from './execute/transport/pools.ts'
import { type OwnCounters, openCounters } from './guard/counters.ts'
import { noNews } from './guard/news/none.ts'
import type { News } from './guard/news.ts'
import { createOverload } from './guard/overload.ts'
import type { Settings } from './settings.ts'

export type Surroundings = Awaited<ReturnType<typeof openSurroundings>>

type Parts = { connect: Connect; counters: OwnCounters; log: Log; telemetry: Telemetry }

/** What outlives each version of the supergraph: the ways to subgraphs, broker, counters and collector, and the load. */
export async function openSurroundings(env: Settings, parts: Parts) {
  const { connect, log, telemetry } = parts
  await using held = new AsyncDisposableStack()
  const tracing = await openTracing('router', env.OTEL_EXPORTER_OTLP_ENDPOINT)
  held.defer(async () => tracing?.close())
  const news = await newsFor(env, { connect, log, telemetry })
  held.defer(news.close)
  const counters = await openCounters('REDIS_URL' in env ? env.REDIS_URL : undefined, {
    own: parts.counters,
    log,
    telemetry,
  })
  held.defer(counters.close)
  const overload = createOverload(telemetry, {
    most: env.ROUTER_MAX_IN_FLIGHT,
    longestLag: env.ROUTER_MAX_LAG_MS,
  })
  held.defer(overload.close)
  const pools = createPools()
  held.defer(pools.close)
  const fetches = createFetches(telemetry)
  const breakers = createBreakers(telemetry)
  const running = held.move()
  return {
    ...{ tracing, news, counters, overload, pools, fetches, breakers },
    degraded: () => [...fetches.failing(), ...news.degraded(), ...counters.degraded()],
    close: () => running.disposeAsync(),
  }
}

/** A router of any supergraph has no broker, and loads nothing that reads events. */
async function newsFor(env: Settings, parts: Pick<Parts, 'connect' | 'log' | 'telemetry'>): Promise<News> {
  if (!('RABBITMQ_URL' in env)) return noNews
  const { openNews } = await import('./guard/news.ts')
  return openNews(env, parts)
}
