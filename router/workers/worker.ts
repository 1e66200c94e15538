// One of the processes of `--workers N`: a whole router, whose admin port its primary serves.
import type { AdminOptions } from '@puchi/platform/admin'
import { toRabbit } from '@puchi/platform/broker/connect'
import type { Ends } from '@puchi/platform/lifecycle'
import { RateLimiterCluster } from 'rate-limiter-flexible'
import { fromCommandLine } from '../flags.ts'
import { openRouter, type Place } from '../router.ts'
import { placesOfAll } from './places.ts'
import type { Said, Told } from './word.ts'

const say = (said: Said) => void process.send?.(said)

const on = (what: Told, then: () => void) =>
  void process.on('message', (told) => {
    if (told === what) then()
  })

/** Answers the primary where a router by itself would open a port. */
async function reportTo({ health, telemetry, port }: AdminOptions) {
  on('report', async () => {
    const metrics = await telemetry.registry.getMetricsAsJSON()
    say({ report: { ready: health.ready(), degraded: health.degraded(), metrics } })
  })
  return { port, drain: async () => {} }
}

const place: Place = {
  connect: toRabbit,
  admin: reportTo,
  // One count for all workers: the primary keeps it.
  counters: {
    async rate(rate) {
      const limiter = new RateLimiterCluster({ ...rate, timeoutMs: 1_000 })
      return (key, points) => limiter.consume(key, points)
    },
    take: placesOfAll(say),
  },
}

// A terminal interrupts every process of a group, a supervisor may end each: the first word counts, and only that.
const byPrimary: Ends = (leave) => {
  let told = false
  const once = (why: string) => {
    if (!told) leave(why)
    told = true
  }
  process.on('SIGINT', () => {})
  process.on('SIGTERM', once)
  on('close', () => once('told to'))
}

await fromCommandLine(async (flags) => {
  const router = await openRouter(process.env, flags, place)
  say({ listens: Number(new URL(router.url).port) })
  return router
}, byPrimary)
