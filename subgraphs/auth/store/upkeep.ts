import { deleteInSteps } from '@puchi/platform/database/delete-in-steps'
import { closeAll } from '@puchi/platform/lifecycle'
import type { Log } from '@puchi/platform/log'
import { repeat } from '@puchi/platform/repeat'
import type { Telemetry } from '@puchi/platform/telemetry'
import type { PrismaClient } from '@puchi/prisma/auth'
import { watchAudit } from './audit-watch.ts'

// What was needed to tell a repetition, once none can come any more: Svix delivers again for some thirty hours.
const outlived = [
  ['denials', "minute < now() - interval '1 day'"],
  ['webhook_deliveries', "applied_at < now() - interval '7 days'"],
  ['refresh_tokens', "expires_at < now() - interval '1 day'"],
] as const

/** Deletes what no repetition can ask for any more. */
export async function tidy(prisma: Pick<PrismaClient, '$queryRawUnsafe'>): Promise<void> {
  for (const [table, isOld] of outlived) {
    const text = `DELETE FROM ${table} WHERE ctid = ANY(ARRAY(
      SELECT ctid FROM ${table} WHERE ${isOld} LIMIT $1)) RETURNING 1`
    await deleteInSteps(async (most) => ({ rows: await prisma.$queryRawUnsafe<unknown[]>(text, most) }))
  }
}

const every = 600_000

/** Tidies, and watches over the audit log, until closed. */
export function openUpkeep(given: { prisma: PrismaClient; telemetry: Telemetry; log: Log }) {
  const watch = watchAudit(given)
  const tidying = repeat(() => tidy(given.prisma), every, given.log)
  return { close: () => closeAll(watch.close, tidying.close) }
}
