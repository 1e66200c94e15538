import pg, { type PoolClient, type PoolConfig } from 'pg'
import { Refusal } from './errors.ts'
import { surviveLostConnections } from './events/sql.ts'
import type { Log } from './log.ts'

/** How every service connects: few connections, and nobody waits longer than two seconds for one or for a statement. */
export const poolSettings = (connectionString: string, max = 10): PoolConfig => ({
  connectionString,
  max,
  connectionTimeoutMillis: 2_000,
  statement_timeout: 2_000,
  query_timeout: 2_500,
  idle_in_transaction_session_timeout: 5_000,
  idleTimeoutMillis: 30_000,
  keepAlive: true,
})

/** A service's connections; OVERLOADED for whoever would wait longer for a free one. Whoever made it ends it. */
export function openPool(connectionString: string, log: Log): pg.Pool {
  const pool = new pg.Pool(poolSettings(connectionString))
  surviveLostConnections(pool, log)
  shed(pool)
  return pool
}

/** For Prisma on such a pool: it waits for a connection a little longer than the pool, which says OVERLOADED. */
export const transactionOptions = { maxWait: 4_000 }

type Told = (error: Error | undefined, client?: PoolClient, release?: PoolClient['release']) => void

// The pool's own words, in which it says nothing else: every connection was taken for as long as one may wait.
const waitedInVain = 'timeout exceeded when trying to connect'

function shed(pool: pg.Pool): void {
  const connect: () => Promise<PoolClient> = pool.connect.bind(pool)
  const lend = () =>
    connect().catch((error: Error) => {
      if (error.message !== waitedInVain) throw error
      throw new Refusal('OVERLOADED', 'Too much is asked of the database just now.', { cause: error })
    })
  // `pool.query` asks with a callback, everybody else for a promise.
  const lendTo = (told?: Told) =>
    told ? void lend().then((client) => told(undefined, client, client.release), told) : lend()
  Object.assign(pool, { connect: lendTo })
}

/** Reads rows by a statement that each connection prepares once, under its name. */
export type Read = <Row extends object>(query: {
  name: string
  text: string
  values: unknown[]
}) => Promise<Row[]>

export const readFrom =
  (pool: pg.Pool): Read =>
  async <Row extends object>(query: Parameters<Read>[0]) =>
    (await pool.query<Row>(query)).rows

/** Asks until the database answers once. `stop` ends the asking. */
export function untilAnswered(
  ping: () => Promise<unknown>,
  pause = 500,
): { answered(): boolean; stop(): void } {
  let answered = false
  let timer: NodeJS.Timeout | undefined
  let stopped = false
  const ask = () =>
    ping().then(
      () => {
        answered = true
      },
      () => {
        if (!stopped) timer = setTimeout(ask, pause)
      },
    )
  ask()
  return {
    answered: () => answered,
    stop: () => {
      stopped = true
      clearTimeout(timer)
    },
  }
}
