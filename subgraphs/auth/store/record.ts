import { prismaSql } from '@puchi/platform/database/transaction'
import { storeEvents } from '@puchi/platform/outbox/store'
import { retrying } from '@puchi/platform/retry'
import { Prisma, type PrismaClient } from '@puchi/prisma/auth'
import {
  roleGranted,
  roleRevoked,
  sessionCreated,
  sessionRevoked,
  userCreated,
  userDeleted,
  userSuspended,
  userUpdated,
} from '@puchi/schema/events'
import { eventOf, type NewEvent } from '@puchi/schema/events/envelope'
import { AppliedBefore, type By, type Entry, type Happened, type Outcome } from '../domain/outcome.ts'
import { firstSeen, type User } from '../domain/user.ts'
import { usernameBase } from '../domain/username-base.ts'

export type Tx = Prisma.TransactionClient

/** Runs one change in one transaction: the state, its audit rows and what other services are told. */
export const inTransaction = <T>(
  prisma: PrismaClient,
  by: By,
  work: (tx: Tx) => Promise<{ result: T; outcome: Outcome; user?: User }>,
): Promise<T> =>
  retrying(() =>
    prisma.$transaction(
      async (tx) => {
        await once(tx, by.delivery)
        const { result, outcome, user } = await work(tx)
        await outcome.meanwhile?.()
        await tell(tx, by, outcome, user)
        await writeAudit(tx, by, outcome.audit ?? [])
        return result
      },
      { timeout: 8_000, maxWait: 2_000 },
    ),
  )

/** What a write comes to; `refusal` where it names, or takes away, what another transaction has just taken away, or named. */
export const unlessLost = <T>(write: Promise<T>, refusal: () => Error): Promise<T> =>
  write.catch((error: unknown) => {
    throw error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2003' ? refusal() : error
  })

async function once(tx: Tx, delivery: string | undefined): Promise<void> {
  if (delivery === undefined) return
  const { count } = await tx.webhookDelivery.createMany({ data: { id: delivery }, skipDuplicates: true })
  if (count === 0) throw new AppliedBefore()
}

async function tell(tx: Tx, by: By, { happened = [] }: Outcome, user?: User): Promise<void> {
  const events = happened.map((one) => eventFor(one, user ?? firstSeen(one.userId)))
  await storeEvents(prismaSql(tx), events, by.userId)
}

function eventFor({ type, ...data }: Happened, { details, status }: User): NewEvent {
  const { userId } = data
  const known = {
    locale: details?.locale ?? null,
    usernameBase: details && usernameBase(details.email ?? ''),
  }
  if (type === 'user.created') return eventOf(userCreated, { userId, ...known })
  if (type === 'user.updated') {
    const isSuspended = status === 'SUSPENDED'
    return eventOf(userUpdated, { userId, ...known, status: isSuspended ? 'SUSPENDED' : 'ACTIVE' })
  }
  return { kind: kinds[type], aggregateId: userId, data }
}

const kinds = {
  'user.deleted': userDeleted,
  'user.suspended': userSuspended,
  'session.created': sessionCreated,
  'session.revoked': sessionRevoked,
  'role.granted': roleGranted,
  'role.revoked': roleRevoked,
}

/** Adds lines to the audit log; the database numbers and chains them as the transaction commits. */
export async function writeAudit(tx: Tx, by: By, entries: readonly Entry[]): Promise<void> {
  if (entries.length === 0) return
  const rows = entries.map(({ action, resource, resourceId, metadata = {} }) => ({
    action,
    resource,
    resource_id: resourceId,
    metadata: JSON.stringify(metadata),
  }))
  await tx.$executeRaw`
    INSERT INTO audit_log (actor, ip, user_agent, action, resource, resource_id, metadata)
    SELECT ${by.userId}, ${by.ip}, ${by.userAgent}, action, resource, resource_id, metadata
    FROM json_to_recordset(${JSON.stringify(rows)}::json)
      AS given(action text, resource text, resource_id text, metadata text)`
}
