import { setFlagsFromString } from 'node:v8'
import { BadEnvironment } from './env.ts'
import type { Log } from './log.ts'

/** A running service. `close` is: not ready, stop accepting, drain, close what it holds. */
export type Service = {
  name: string
  /** Where its callers reach it. */
  url: string
  adminUrl: string
  close(): Promise<void>
}

const forcedAfter = 25_000

/** Tells a process of what ends it. */
export type Ends = (leave: (why: string) => void) => void

// What V8 does for a page that may be closed any moment does not fit a server (docs/decisions/09-rest-keeps-code.md).
function tuneCollector(): void {
  // Where nothing happens for some seconds it collects, and clears with that what optimised code was made for.
  setFlagsFromString('--no-memory-reducer-favors-memory')
  // Else it lets what has grown old grow up to fourfold, to be given back at rest, where now little is.
  setFlagsFromString('--heap-growing-percent=60')
}

const bySignals: Ends = (leave) => {
  process.on('SIGTERM', leave)
  process.on('SIGINT', leave)
}

/**
 * Runs one process: starts it, closes it on SIGTERM or SIGINT, or on what `ends` it instead (exit 0), on an uncaught
 * fault (logged, exit 1), and by force when closing takes 25 s or a second signal comes (exit 1). The one owner of signals.
 */
export async function runProcess(
  start: () => Promise<Pick<Service, 'close'>>,
  log: () => Log,
  ends: Ends = bySignals,
): Promise<void> {
  tuneCollector()
  const started = start()
  const forced = () => process.exit(1)
  let leaving = false

  async function leave(code: number, why: string): Promise<void> {
    if (leaving) return forced()
    leaving = true
    setTimeout(forced, forcedAfter).unref()
    log().info({ why }, 'closing')
    await started
      .then((service) => service.close())
      .catch((error) => {
        log().error({ err: error }, 'closing failed')
        process.exit(1)
      })
    log().info('closed')
    process.exit(code)
  }
  const fault = (error: unknown) => {
    log().fatal({ err: error }, 'uncaught fault')
    leave(1, 'a fault')
  }
  ends((why) => leave(0, why))
  process.on('uncaughtException', fault)
  process.on('unhandledRejection', fault)

  await started.catch((error: unknown) => {
    if (error instanceof BadEnvironment) console.error(error.message)
    else log().fatal({ err: error }, 'could not start')
    process.exit(1)
  })
}

/** Closes in the given order, each one although an earlier failed. */
export async function closeAll(...closers: (() => Promise<unknown>)[]): Promise<void> {
  const failures: unknown[] = []
  for (const close of closers) await close().catch((error: unknown) => failures.push(error))
  if (failures.length > 0) throw new AggregateError(failures, 'could not close everything')
}
