import { createHash } from 'node:crypto'
import type { By, Entry } from './outcome.ts'

/** One row of the audit log as it lies in the database. */
export type AuditRow = {
  seq: number
  at: Date
  actor: string | null
  action: string
  resource: string
  resourceId: string
  ip: string | null
  userAgent: string | null
  /** JSON. */
  metadata: string
  hash: string
}

/** The last row of a chain, kept where the database's owner cannot reach it. */
export type Anchor = Pick<AuditRow, 'seq' | 'hash'>

/** The last row of what was checked, and the row before it: from there the next check goes on and sees the last row again. */
export type Head = Anchor & { before: Anchor }

export type Break = { seq: number; why: 'missing' | 'changed' | 'cut off' | 'not as anchored' }

// The very text that the database's trigger hashes: each part with its length in bytes, null as `-`.
const textOf = (parts: readonly (string | null)[]): string =>
  parts.map((part) => (part === null ? '-' : `${Buffer.byteLength(part)}:${part}`)).join(',')

/** The hash of a row, SHA-256 in hex; the hash of the row before it is a part of what is hashed. */
export const hashOfRow = (row: Omit<AuditRow, 'hash'>, before: string): string =>
  createHash('sha256')
    .update(
      textOf([
        before,
        String(row.seq),
        String(row.at.getTime()),
        row.actor,
        row.action,
        row.resource,
        row.resourceId,
        row.ip,
        row.userAgent,
        row.metadata,
      ]),
    )
    .digest('hex')

/** What stands before the first row. */
export const firstAnchor: Anchor = { seq: 0, hash: '' }

/** Checks a chain row by row, in the order of `seq`, after one that is known. Answers the first row where it breaks, or its head. */
export function chainCheck(anchors: readonly Anchor[] = [], known = firstAnchor) {
  const expected = new Map(anchors.map(({ seq, hash }) => [seq, hash]))
  let before = known
  let head = known
  return {
    next(row: AuditRow): Break | null {
      const seq = head.seq + 1
      if (row.seq !== seq) return { seq, why: 'missing' }
      if (hashOfRow(row, head.hash) !== row.hash) return { seq, why: 'changed' }
      if ((expected.get(seq) ?? row.hash) !== row.hash) return { seq, why: 'not as anchored' }
      before = head
      head = { seq, hash: row.hash }
      return null
    },
    /** To be asked after the last row. */
    end(): Break | null {
      const last = Math.max(0, ...expected.keys())
      return last > head.seq ? { seq: head.seq + 1, why: 'cut off' } : null
    },
    head: (): Head => ({ ...head, before }),
  }
}

export type AuditFilter = {
  actor: string | null
  action: string | null
  from: Date | null
  to: Date | null
}
export type AuditLog = {
  /** Newest first, those before `after`, a seq; one row more than asked for where there are more. */
  page(filter: AuditFilter, page: { first: number; after: number | null }): Promise<AuditRow[]>
  /** Adds lines in a transaction of their own. */
  add(by: By, entries: readonly Entry[]): Promise<void>
  /** Keeps a denial, once for user, field and minute. */
  denied(by: By & { userId: string }, field: string, at: Date): Promise<void>
}

/** Runs what an admin or owner asked for; where a rule refuses it, says so in the audit log. */
export async function audited<T>(audit: AuditLog, by: By, about: Entry, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const code = (error as { extensions?: { code?: string } }).extensions?.code
    if (code && code !== 'SERVICE_UNAVAILABLE') await audit.add(by, [refusedEntry(about, code)])
    throw error
  }
}

const refusedEntry = ({ action, resource, resourceId }: Entry, code: string): Entry => ({
  action: 'access.denied',
  resource,
  resourceId: resourceId.slice(0, 100).toWellFormed(), // no half of a character can be kept
  metadata: { asked: action, code },
})
