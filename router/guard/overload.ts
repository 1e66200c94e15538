import type { IncomingMessage } from 'node:http'
import { Refusal } from '@puchi/platform/errors'
import type { Telemetry } from '@puchi/platform/telemetry'
import { createUploads } from './uploads.ts'

export type Overload = ReturnType<typeof createOverload>

const beat = 100
/** How long a lag that is over still counts: what was queued meanwhile comes in now. */
const recovery = 1_000

/** How many requests may be under way, and how many milliseconds the loop may lag. */
export type OverloadSettings = { most: number; longestLag: number }

/** Sheds requests while the event loop lags, or too many of them are under way. */
export function createOverload(telemetry: Telemetry, { most, longestLag }: OverloadSettings) {
  const shed = telemetry.counter('router_requests_shed_total', 'Requests refused by overload, by reason.', [
    'reason',
  ])
  const inFlight = telemetry.gauge('router_requests_in_flight', 'Requests under way.')
  const uploads = createUploads()
  let underway = 0
  let last = performance.now()
  let lagged = Number.NEGATIVE_INFINITY
  const look = () => {
    const now = performance.now()
    if (now - last - beat > longestLag) lagged = now
    return now
  }
  const timer = setInterval(() => {
    last = look()
    inFlight.set(underway)
  }, beat).unref()
  const lags = () => look() - lagged < recovery

  /** Whether whatever comes now is to be refused; that is counted. */
  function sheds(): boolean {
    const reason = underway >= most ? 'in-flight' : lags() ? 'lag' : undefined
    if (reason) shed.inc({ reason })
    return reason !== undefined
  }
  return {
    lags,
    sheds,
    /**
     * Runs a request, or refuses it with OVERLOADED before it costs anything. Where too many are in flight, one whose
     * body has not arrived yet is dropped for it.
     */
    async admit<Result>(work: () => Promise<Result>, request?: IncomingMessage): Promise<Result> {
      const makesPlace = underway >= most && !lags() && uploads.drop()
      if (!makesPlace && sheds())
        throw new Refusal('OVERLOADED', 'The router is overloaded; try again soon.', { retryAfter: 1 })
      underway += 1
      try {
        if (request) uploads.follow(request)
        return await work()
      } finally {
        underway -= 1
      }
    },
    /** Does not count the lag of work that is rare and our own, as loading a supergraph is. */
    excused:
      <Given, Made>(work: (given: Given) => Promise<Made>) =>
      async (given: Given): Promise<Made> => {
        const before = lagged
        try {
          return await work(given)
        } finally {
          last = performance.now()
          lagged = before
        }
      },
    close: async () => clearInterval(timer),
  }
}
