import { prismaSql } from '@puchi/platform/events/sql'
import { storeEvents } from '@puchi/platform/outbox/store'
import { Prisma, type PrismaClient } from '@puchi/prisma/auth'
import { userCreated, userUpdated } from '@puchi/schema/events'
import { eventOf, type NewEvent } from '@puchi/schema/events/envelope'
import type { Details, Happened, Status, User, Users } from '../domain/user.ts'

type Row = {
  id: string
  email: string | null
  email_verified: boolean
  locale: string | null
  status: Status
  details_at: Date | null
  roles: string[]
}

// `= ANY` and one statement: this read is behind every user of every list that a router resolves.
const rows = Prisma.sql`SELECT id, email, email_verified, locale, status::text, details_at, ARRAY(
  SELECT role_name FROM user_roles WHERE user_id = users.id ORDER BY role_name) AS roles FROM users`

export const usersIn = (prisma: PrismaClient): Users => ({
  async byIds(ids) {
    const found = await prisma.$queryRaw<Row[]>`${rows} WHERE id = ANY(${ids})`
    const users = new Map(found.map((row) => [row.id, userOf(row)]))
    return ids.map((id) => users.get(id) ?? null)
  },
  change: (id, decide) =>
    prisma.$transaction(async (tx) => {
      const before = await lock(tx, id)
      const { user, happened = [] } = decide(before)
      if (user !== before) await write(tx, user, before)
      await storeEvents(prismaSql(tx), happened.map(eventFor), null)
      return user
    }),
})

/** The user's row, locked until the transaction ends; null where it was not there before, and it is now. */
async function lock(tx: Prisma.TransactionClient, id: string): Promise<User | null> {
  const { count } = await tx.user.createMany({ data: { id }, skipDuplicates: true })
  // First lock, then read: a statement that waited for the lock would read its other tables as they were before.
  await tx.$queryRaw`SELECT FROM users WHERE id = ${id} FOR UPDATE`
  const [row] = await tx.$queryRaw<Row[]>`${rows} WHERE id = ${id}`
  return row && count === 0 ? userOf(row) : null
}

const userOf = ({ id, status, roles, email, email_verified, locale, details_at }: Row): User => ({
  id,
  status,
  roles,
  details: details_at && { email, emailVerified: email_verified, locale },
})

async function write(tx: Prisma.TransactionClient, user: User, before: User | null): Promise<void> {
  const { id, status, roles, details } = user
  const known = details === before?.details ? {} : columnsOf(details)
  await tx.user.update({ where: { id }, data: { status, ...known } })
  if (roles === before?.roles) return
  await tx.userRole.deleteMany({ where: { userId: id, roleName: { notIn: [...roles] } } })
  const held = roles.map((roleName) => ({ userId: id, roleName }))
  await tx.userRole.createMany({ data: held, skipDuplicates: true })
}

const columnsOf = (details: Details | null) => ({
  email: details?.email ?? null,
  emailVerified: details?.emailVerified ?? false,
  locale: details?.locale ?? null,
  detailsAt: details && new Date(),
})

const eventFor = (happened: Happened): NewEvent =>
  happened.what === 'created' ? eventOf(userCreated, happened) : eventOf(userUpdated, happened)
