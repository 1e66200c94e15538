import type { PoolConfig } from 'pg'

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
