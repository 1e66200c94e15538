import type { Log } from '@puchi/platform/log'
import type { Telemetry } from '@puchi/platform/telemetry'
import type { PrismaClient } from '@puchi/prisma/auth'
import type { Head } from '../domain/audit.ts'
import { checkedAudit } from './audit-log.ts'

export type AuditWatchOptions = {
  prisma: PrismaClient
  telemetry: Telemetry
  log: Log
  /** Between two looks at what is new, in milliseconds. */
  pause?: number
  /** Between two checks of the whole log, in milliseconds. */
  wholePause?: number
}

/**
 * Checks the whole audit log at the start and once a day, what is new every five minutes. `audit_chain_broken` says what
 * came of it, until the whole log holds again.
 */
export function watchAudit(options: AuditWatchOptions) {
  const { prisma, telemetry, log, pause = 300_000, wholePause = 86_400_000 } = options
  const broken = telemetry.gauge('audit_chain_broken', '1 where the audit log is not as it was written.')
  const rows = telemetry.gauge('audit_chain_rows', 'Rows of the audit log found intact.')
  let held: Head | undefined
  let breaks = false
  let readWhole = -wholePause
  async function look(): Promise<void> {
    const whole = performance.now() - readWhole >= wholePause
    // What follows a row that does not hold says nothing.
    if (breaks && !whole) return
    try {
      const found = await checkedAudit(prisma, held && [held], whole ? undefined : held?.before)
      if (whole) readWhole = performance.now()
      const why = 'why' in found ? found.why : null
      breaks = why !== null
      if (!('why' in found)) held = found
      broken.set(why ? 1 : 0)
      rows.set(why ? found.seq - 1 : found.seq)
      if (why) log.error({ seq: found.seq, why }, 'the audit log breaks')
    } catch (error) {
      log.warn({ err: error }, 'the audit log could not be checked')
    }
  }
  let checking = look()
  const timer = setInterval(() => {
    checking = checking.then(look)
  }, pause).unref()
  return {
    /** Resolves when no check runs any more; the database may close then. */
    async close(): Promise<void> {
      clearInterval(timer)
      await checking
    },
  }
}
