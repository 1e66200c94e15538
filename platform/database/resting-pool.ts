import type pg from 'pg'
import type { Log } from '../log.ts'
import { isTimedOut } from './outage.ts'

const failuresInARow = 3
const restFor = 1_000

/** What somebody is told at once who would have waited in vain. */
const resting = (): Error =>
  Object.assign(new Error('The database does not answer and is left alone for a moment.'), {
    code: 'ETIMEDOUT',
  })

// A code of PostgreSQL's own, https://www.postgresql.org/docs/18/errcodes-appendix.html
const hasAnswered = (error: unknown): boolean =>
  /^[0-9A-Z]{5}$/.test(String((error as { code?: unknown } | null)?.code))

type Work = (...args: unknown[]) => Promise<unknown>

/**
 * Spares callers the wait for a database that hangs: after three time-outs in a row it is left alone, and one call a
 * second tries whether it answers again.
 */
export function restingPool(pool: pg.Pool, log: Log): pg.Pool {
  let failures = 0
  let restsUntil = 0

  function failed(): void {
    failures += 1
    restsUntil = performance.now() + restFor
    if (failures === failuresInARow)
      log.warn('the database does not answer and is left alone, but for a call a second')
  }
  async function tried(work: () => Promise<unknown>): Promise<unknown> {
    if (failures >= failuresInARow) {
      if (performance.now() < restsUntil) throw resting()
      restsUntil = performance.now() + restFor
    }
    try {
      const result = await work()
      failures = 0
      return result
    } catch (error) {
      if (isTimedOut(error)) failed()
      else if (hasAnswered(error)) failures = 0
      throw error
    }
  }
  const query = pool.query.bind(pool) as Work
  const connect = pool.connect.bind(pool) as Work
  return Object.assign(pool, {
    query: (...args: unknown[]) => tried(() => query(...args)),
    // With a callback it is the pool itself that asks, for a query that is counted as such.
    connect: (...args: unknown[]) => (args.length > 0 ? connect(...args) : tried(() => connect())),
  })
}
