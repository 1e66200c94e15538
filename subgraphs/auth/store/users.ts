import type { Read } from '@puchi/platform/database/pool'
import { Prisma, type PrismaClient } from '@puchi/prisma/auth'
import type { By, Happened } from '../domain/outcome.ts'
import { noSuchRole } from '../domain/roles.ts'
import type { Change, Standing, Status, User, Users } from '../domain/user.ts'
import { inTransaction, type Tx, unlessLost } from './record.ts'

export type UserRow = {
  id: string
  email: string | null
  email_verified: boolean
  locale: string | null
  linked_accounts: string[]
  status: Status
  details_at: Date | null
  decided_at: Date | null
  last_sign_in_at: Date | null
  permission_version: number
  roles: string[]
}

const columns = `SELECT id, email, email_verified, locale, linked_accounts, status::text, details_at, decided_at,
  last_sign_in_at, permission_version, ARRAY(
  SELECT role_name FROM user_roles WHERE user_id = users.id ORDER BY role_name) AS roles FROM users`

export const userRows = Prisma.raw(columns)

// `= ANY` and one statement: this read is behind every user of every list that a router resolves.
const byIds = { name: 'users_by_ids', text: `${columns} WHERE id = ANY($1)` }

export const usersIn = (prisma: PrismaClient, read: Read): Users => ({
  async byIds(ids) {
    const found = await read<UserRow>({ ...byIds, values: [ids] })
    const users = new Map(found.map((row) => [row.id, userOf(row)]))
    return ids.map((id) => users.get(id) ?? null)
  },
  change: (id, by, decide) =>
    inTransaction(prisma, by, async (tx) => {
      const before = await lock(tx, id)
      const change = decide(before, await standingOf(tx, before))
      const { user, ends, happened = [] } = change
      if (user !== before) await write(tx, by, user, before)
      const ended = ends ? await endSessions(tx, user, ends) : []
      return { result: user, outcome: { ...change, happened: [...happened, ...ended] }, user }
    }),
})

/** The user's row, locked until the transaction ends; null where it was not there before, and it is now. */
async function lock(tx: Tx, id: string): Promise<User | null> {
  const { count } = await tx.user.createMany({ data: { id }, skipDuplicates: true })
  // First lock, then read: a statement that waited for the lock would read its other tables as they were before.
  await tx.$queryRaw`SELECT FROM users WHERE id = ${id} FOR UPDATE`
  const [row] = await tx.$queryRaw<UserRow[]>`${userRows} WHERE id = ${id}`
  return row && count === 0 ? userOf(row) : null
}

/** Whether nobody else could act as admin. Two admins who go at once wait for each other here. */
async function standingOf(tx: Tx, user: User | null): Promise<Standing> {
  if (!user?.roles.includes('admin')) return { isOnlyAdmin: false }
  await tx.$queryRaw`SELECT FROM roles WHERE name = 'admin' FOR NO KEY UPDATE`
  const others = await tx.$queryRaw<unknown[]>`
    SELECT 1 FROM user_roles JOIN users ON users.id = user_id
    WHERE role_name = 'admin' AND user_id <> ${user.id} AND status = 'ACTIVE' LIMIT 1`
  return { isOnlyAdmin: others.length === 0 }
}

export const userOf = (row: UserRow): User => ({
  id: row.id,
  status: row.status,
  roles: row.roles,
  permissionVersion: row.permission_version,
  lastSignInAt: row.last_sign_in_at,
  decidedAt: row.decided_at,
  details: row.details_at && {
    email: row.email,
    emailVerified: row.email_verified,
    locale: row.locale,
    linkedAccounts: row.linked_accounts,
    asOf: row.details_at,
  },
})

async function write(tx: Tx, by: By, user: User, before: User | null): Promise<void> {
  const { id, roles, details, ...columns } = user
  const known = details === before?.details ? {} : columnsOf(details)
  await tx.user.update({ where: { id }, data: { ...columns, ...known } })
  if (roles === before?.roles) return
  await tx.userRole.deleteMany({ where: { userId: id, roleName: { notIn: [...roles] } } })
  const held = roles.map((roleName) => ({ userId: id, roleName, grantedBy: by.userId }))
  await unlessLost(tx.userRole.createMany({ data: held, skipDuplicates: true }), noSuchRole)
}

const columnsOf = (details: User['details']) => ({
  email: details?.email ?? null,
  emailVerified: details?.emailVerified ?? false,
  locale: details?.locale ?? null,
  linkedAccounts: [...(details?.linkedAccounts ?? [])],
  detailsAt: details?.asOf ?? null,
})

const personal = {
  deviceName: null,
  deviceType: null,
  os: null,
  ipAddress: null,
  userAgent: null,
  location: null,
}

async function endSessions(tx: Tx, { id: userId, status }: User, ends: NonNullable<Change['ends']>) {
  const [spared, unrecorded] = ends === 'all' ? ['', []] : [ends.but, ends.unrecorded]
  await tx.session.createMany({ data: [...unrecorded], skipDuplicates: true })
  const ended = await tx.$queryRaw<{ id: string }[]>`
    UPDATE sessions SET revoked_at = now()
    WHERE user_id = ${userId} AND id <> ${spared} AND revoked_at IS NULL RETURNING id`
  if (status === 'DELETED') await tx.session.updateMany({ where: { userId }, data: personal })
  return ended.map(({ id }): Happened => ({ type: 'session.revoked', userId, sessionId: id }))
}
