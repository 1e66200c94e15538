import pg, { type PoolConfig } from 'pg'
import type { Log } from '../log.ts'
import type { Telemetry } from '../telemetry.ts'
import { isCutConnection } from './outage.ts'
import { restingPool } from './resting-pool.ts'

/** How every service connects: few connections, and nobody waits longer than two seconds for one or for a statement. */
export const poolSettings = (connectionString: string): PoolConfig => ({
  connectionString,
  max: 10,
  connectionTimeoutMillis: 2_000,
  statement_timeout: 2_000,
  query_timeout: 2_500,
  idle_in_transaction_session_timeout: 5_000,
  idleTimeoutMillis: 30_000,
  keepAlive: true,
})

/** A connection that is lost while nothing runs on it, in a pool or lent, must not end the process. */
export function surviveLostConnections(pool: pg.Pool, log: Log): void {
  const lost = ({ message }: Error) => {
    // A server that is stopped right afterwards says so to those that are on their way out.
    if (!pool.ending) log.warn({ why: message }, 'a connection to the database was lost')
  }
  pool.on('error', () => {}) // the client's own event says it
  pool.on('connect', (client) => void client.on('error', lost))
}

/** A service's connections; OVERLOADED for whoever would wait longer for a free one, SERVICE_UNAVAILABLE at once where the server hangs. Whoever made it ends it. */
export function openPool(connectionString: string, log: Log): pg.Pool {
  const pool = new pg.Pool(poolSettings(connectionString))
  surviveLostConnections(pool, log)
  return restingPool(retryingReads(pool), log)
}

/** Prisma and plain SQL on one pool of connections. */
export type OnePool<Prisma> = { prisma: Prisma; pool: pg.Pool; close(): Promise<void> }

/** Prisma for the everyday rows, plain SQL where a request's cost is decided. Connects at the first query. */
export function onePool<Prisma extends { $disconnect(): Promise<void> }>(
  url: string,
  log: Log,
  prismaOn: (pool: pg.Pool) => Prisma,
): OnePool<Prisma> {
  const pool = openPool(url, log)
  const prisma = prismaOn(pool)
  const close = async () => {
    await prisma.$disconnect()
    await pool.end()
  }
  return { prisma, pool, close }
}

/** A read outside a transaction whose connection was lost is asked once more, on another connection. */
function retryingReads(pool: pg.Pool): pg.Pool {
  const query = pool.query.bind(pool) as (...args: unknown[]) => Promise<unknown>
  const again = async (...args: unknown[]) => {
    const isRead = isSelect(args[0]) && typeof args.at(-1) !== 'function'
    if (!isRead) return query(...args)
    return query(...args).catch((error: unknown) => {
      if (!isCutConnection(error)) throw error
      return query(...args)
    })
  }
  return Object.assign(pool, { query: again })
}

const isSelect = (asked: unknown): boolean =>
  /^\s*SELECT\b/i.test(typeof asked === 'string' ? asked : String((asked as { text?: string })?.text))

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

/**
 * Asks whether the database answers: often until it did once, then every two seconds; `stop` ends that. Whoever reads
 * the metrics has it asked at once.
 */
export function watchDatabase(ping: () => Promise<unknown>, telemetry: Pick<Telemetry, 'asked'>) {
  const isThere = () =>
    ping().then(
      () => true,
      () => false,
    )
  telemetry.asked('database_up', '1 where the database answers, else 0.', async () => Number(await isThere()))
  const answers = { ever: false, now: false }
  let timer: NodeJS.Timeout | undefined
  let stopped = false
  const ask = async () => {
    answers.now = await isThere()
    answers.ever ||= answers.now
    if (!stopped) timer = setTimeout(ask, answers.ever ? 2_000 : 500)
  }
  ask()
  return {
    answers: answers as Readonly<typeof answers>,
    stop(): void {
      stopped = true
      clearTimeout(timer)
    },
  }
}
