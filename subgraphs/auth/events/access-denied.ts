import { type Handler, on } from '@puchi/platform/inbox/apply'
import { accessDenied } from '@puchi/schema/events'
import type { AuditLog } from '../domain/audit.ts'

/** What a router denied is audited as if it had been denied here. */
export const deniedHandler = <Tx>(within: (tx: Tx) => Pick<AuditLog, 'denied'>): Handler<Tx> =>
  on(accessDenied, async ({ data: { userId, sessionId, field }, occurredAt }, tx) => {
    const by = { userId, sessionId, ip: null, userAgent: null }
    await within(tx).denied(by, field, new Date(occurredAt))
  })
