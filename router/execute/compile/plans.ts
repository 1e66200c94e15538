import type { Telemetry } from '@puchi/platform/telemetry'
import type { Planning } from '../../plan/planning.ts'

/** What is told of plans: whether a request found its own ready, how many are kept, how long one took to make. */
export type Plans = {
  hit(): void
  miss(): void
  kept(operations: number): void
  timed(planning: Planning): Planning
}

export function createPlans(telemetry: Telemetry): Plans {
  const asked = telemetry.counter(
    'query_plan_cache_requests_total',
    'Lookups of planned operations: hit or miss.',
    ['outcome'],
  )
  const size = telemetry.gauge('query_plan_cache_size', 'Operations that are planned and compiled.')
  const duration = telemetry.seconds('query_plan_duration_seconds', 'Planning of one operation.')
  return {
    hit: () => asked.inc({ outcome: 'hit' }),
    miss: () => asked.inc({ outcome: 'miss' }),
    kept: (operations) => size.set(operations),
    timed: (planning) => ({
      ...planning,
      plan(...given) {
        const done = duration.startTimer()
        try {
          return planning.plan(...given)
        } finally {
          done()
        }
      },
    }),
  }
}
