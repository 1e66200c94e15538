import cluster from 'node:cluster'
import { openAdmin } from '@puchi/platform/admin'
import { BadEnvironment } from '@puchi/platform/env'
import type { Service } from '@puchi/platform/lifecycle'
import { createLog } from '@puchi/platform/log'
import { createTelemetry, type Telemetry } from '@puchi/platform/telemetry'
import { RateLimiterClusterMaster } from 'rate-limiter-flexible'
import type { Settings } from '../settings.ts'
import { type Crew, createCrew } from './crew.ts'
import { countPlaces } from './places.ts'
import { createSum, type Sum } from './sum.ts'

/** A worker that said nothing for so long is not ready, whatever it said before. */
const stale = 3_000

/**
 * Runs so many routers on one port. The primary accepts connections and hands them out in turn, serves the admin port
 * for all, and replaces a worker that ends. Resolves when every worker answers.
 */
export async function openWorkers(env: Settings): Promise<Pick<Service, 'close'>> {
  const log = createLog('router', env.LOG_LEVEL)
  const telemetry = createTelemetry('router')
  const sum = createSum()
  const deaths = telemetry.counter(
    'router_worker_deaths_total',
    'Workers that ended by themselves or were killed.',
  )
  const running = telemetry.gauge('router_workers', 'Workers that answer.')
  new RateLimiterClusterMaster()
  countPlaces()
  const crew = createCrew({
    log,
    onDeath({ report }) {
      deaths.inc()
      if (report) sum.bury(report.metrics)
    },
  })
  await using held = new AsyncDisposableStack()
  const registry = {
    contentType: telemetry.registry.contentType,
    async metrics() {
      await crew.ask()
      running.set(crew.members.size)
      return metricsOf(crew, telemetry, sum)
    },
  }
  const admin = await openAdmin({
    host: env.HOST,
    port: env.ROUTER_ADMIN_PORT,
    health: healthOf(crew, env.ROUTER_WORKERS),
    telemetry: { registry },
    log,
  })
  held.defer(admin.drain)
  held.defer(crew.close)
  const args = [...process.argv.slice(2), '--admin-port', String(admin.port)]
  cluster.setupPrimary({ exec: `${import.meta.dirname}/worker.ts`, args })
  // What is wrong with a setting is said once, by the first.
  const port = await crew.add().catch(() => Promise.reject(new BadEnvironment('No worker could start.')))
  await Promise.all(Array.from({ length: env.ROUTER_WORKERS - 1 }, crew.add))
  await crew.ask()
  log.info({ port, adminPort: admin.port, workers: env.ROUTER_WORKERS }, 'all workers listen')
  const all = held.move()
  return { close: () => all.disposeAsync() }
}

/** Speaks for all: one worker that is ready is enough, and each that is missing is told of. */
function healthOf({ members }: Crew, wanted: number) {
  const heard = () => [...members].filter((one) => performance.now() - one.heard < stale)
  return {
    ready: () => heard().some(({ report }) => report?.ready),
    degraded: () => [
      ...new Set(heard().flatMap(({ report }) => report?.degraded ?? [])),
      ...(heard().length < wanted ? ['workers'] : []),
    ],
  }
}

async function metricsOf({ members }: Crew, telemetry: Telemetry, sum: Sum): Promise<string> {
  const said = [...members].flatMap(({ report }) => (report ? [report.metrics] : []))
  return sum.text([...said, await telemetry.registry.getMetricsAsJSON()])
}
