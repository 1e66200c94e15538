import type { OnDenied } from '@puchi/platform/access/resolvers'
import type { Log } from '@puchi/platform/log'
import { createUnderway } from '@puchi/platform/underway'
import type { AuditLog } from '../domain/audit.ts'

export type Denials = {
  note: OnDenied
  /** Waits for what is being written. */
  close(): Promise<void>
}

/** Audits denials beside the request, which does not wait for it. */
export function createDenials(audit: AuditLog, log: Log): Denials {
  const underway = createUnderway()
  return {
    note({ userId, sessionId }, field) {
      const by = { userId, sessionId, ip: null, userAgent: null }
      const work = audit
        .denied(by, field, new Date())
        .catch((error: unknown) => log.error({ err: error, field }, 'a denial could not be audited'))
      underway.keep(work)
    },
    close: underway.settled,
  }
}
