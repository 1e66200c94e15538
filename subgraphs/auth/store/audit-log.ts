import { Prisma, type PrismaClient } from '@puchi/prisma/auth'
import {
  type Anchor,
  type AuditLog,
  type AuditRow,
  type Break,
  chainCheck,
  firstAnchor,
  type Head,
} from '../domain/audit.ts'
import { type Tx, writeAudit } from './record.ts'

type Row = Omit<AuditRow, 'seq'> & { seq: bigint }

const columns = Prisma.sql`seq, at, actor, action, resource, resource_id AS "resourceId", ip,
  user_agent AS "userAgent", metadata, hash`

const rowOf = (row: Row): AuditRow => ({ ...row, seq: Number(row.seq) })

export const auditLogIn = (prisma: PrismaClient): AuditLog => ({
  async page({ actor, action, from, to }, { first, after }) {
    const rows = await prisma.$queryRaw<Row[]>`SELECT ${columns} FROM audit_log
      WHERE (${after}::bigint IS NULL OR seq < ${after}) AND (${actor}::text IS NULL OR actor = ${actor})
        AND (${action}::text IS NULL OR action = ${action})
        AND (${from}::timestamptz IS NULL OR at >= ${from}) AND (${to}::timestamptz IS NULL OR at < ${to})
      ORDER BY seq DESC LIMIT ${first + 1}`
    return rows.map(rowOf)
  },
  add: (by, entries) => prisma.$transaction((tx) => writeAudit(tx, by, entries)),
  denied: (...denial) => prisma.$transaction((tx) => auditWithin(tx).denied(...denial)),
})

/** Denials inside a transaction that somebody else began. */
export const auditWithin = (tx: Tx): Pick<AuditLog, 'denied'> => ({
  async denied(by, field, at) {
    const minute = new Date(Math.floor(at.getTime() / 60_000) * 60_000)
    const { count } = await tx.denial.createMany({
      data: { userId: by.userId, field, minute },
      skipDuplicates: true,
    })
    if (count > 0)
      await writeAudit(tx, by, [{ action: 'access.denied', resource: 'field', resourceId: field }])
  },
})

/** The log in order, a thousand rows at a time: all of it, or what comes after a number. */
export async function* auditRows(prisma: PrismaClient, known = 0): AsyncGenerator<AuditRow> {
  for (let after = BigInt(known); ; ) {
    const rows = await prisma.$queryRaw<Row[]>`
      SELECT ${columns} FROM audit_log WHERE seq > ${after} ORDER BY seq LIMIT 1000`
    yield* rows.map(rowOf)
    const last = rows.at(-1)
    if (!last) return
    after = last.seq
  }
}

/** Checks the chain against anchors: all of it, or what comes after a row that is known. Answers where it breaks, or its head. */
export async function checkedAudit(
  prisma: PrismaClient,
  anchors: readonly Anchor[] = [],
  known = firstAnchor,
): Promise<Break | Head> {
  const { next, end, head } = chainCheck(anchors, known)
  for await (const row of auditRows(prisma, known.seq)) {
    const found = next(row)
    if (found) return found
  }
  return end() ?? head()
}
