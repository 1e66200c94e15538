import type { Log } from '@puchi/platform/log'
import type { Telemetry } from '@puchi/platform/telemetry'
import type { PrismaClient } from '@puchi/prisma/auth'
import { checkedAudit } from './audit-log.ts'

export type AuditWatchOptions = {
  prisma: PrismaClient
  telemetry: Telemetry
  log: Log
  /** Between two checks, in milliseconds; an hour where it is not said. */
  pause?: number
}

/** Checks the whole audit log at the start and every hour. `audit_chain_broken` says what came of it. */
export function watchAudit({ prisma, telemetry, log, pause = 3_600_000 }: AuditWatchOptions) {
  const broken = telemetry.gauge('audit_chain_broken', '1 where the audit log is not as it was written.')
  const rows = telemetry.gauge('audit_chain_rows', 'Rows of the audit log that hold.')
  async function look(): Promise<void> {
    try {
      const found = await checkedAudit(prisma)
      const why = 'why' in found ? found.why : null
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
