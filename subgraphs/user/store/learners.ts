import { prismaSql } from '@puchi/platform/events/sql'
import { Prisma, type PrismaClient } from '@puchi/prisma/user'
import { type Learner, type Learners, UsernameInUse } from '../domain/learner.ts'
import type { Locale, Theme } from '../domain/preferences.ts'
import { mustNotBeDeleted, takeTurn } from './tombstone.ts'

type Row = {
  id: string
  username: string | null
  first_name: string | null
  last_name: string | null
  avatar_url: string | null
  bio: string | null
  theme: Theme
  locale: Locale
  timezone: string
  daily_goal_minutes: number
}

// `= ANY` and one statement: this read is behind every user of every list that a router resolves.
const rows = Prisma.sql`SELECT l.id, username, first_name, last_name, avatar_url, bio,
  theme::text, locale::text, timezone, daily_goal_minutes FROM learners l JOIN preferences p ON p.learner_id = l.id`

type Tx = Prisma.TransactionClient

/** Learners, each change in a transaction of its own. */
export const learnersIn = (prisma: PrismaClient): Learners =>
  learnersOn(prisma, (work) => prisma.$transaction(work))

/** Learners inside a transaction that somebody else began. */
export const learnersWithin = (tx: Tx): Learners => learnersOn(tx, (work) => work(tx))

const learnersOn = (database: Tx, transact: <T>(work: (tx: Tx) => Promise<T>) => Promise<T>): Learners => ({
  async byIds(ids) {
    const found = await database.$queryRaw<Row[]>`${rows} WHERE l.id = ANY(${ids})`
    const learners = new Map(found.map((row) => [row.id, learnerOf(row)]))
    return ids.map((id) => learners.get(id) ?? null)
  },
  async byUsername(username) {
    const [row] = await database.$queryRaw<Row[]>`${rows} WHERE username = ${username}`
    return row ? learnerOf(row) : null
  },
  async taken(usernames) {
    const found = await database.$queryRaw<{ username: string }[]>`
      SELECT username FROM learners WHERE username = ANY(${usernames})`
    return new Set(found.map(({ username }) => username))
  },
  change: (id, decide) =>
    transact(async (tx) => {
      const before = await lock(tx, id)
      const { learner } = decide(before)
      if (learner !== before) await write(tx, learner, before)
      return learner
    }).catch((error: unknown) => {
      throw isUsernameClash(error) ? new UsernameInUse() : error
    }),
  erase: (id) =>
    transact(async (tx) => {
      await takeTurn(prismaSql(tx), id)
      await tx.learner.deleteMany({ where: { id } })
    }),
})

/** The learner's row, locked until the transaction ends; null where it was not there before, as it is now. */
async function lock(tx: Tx, id: string): Promise<Learner | null> {
  const { count } = await tx.learner.createMany({ data: { id }, skipDuplicates: true })
  if (count > 0) await mustNotBeDeleted(prismaSql(tx), id)
  await tx.preferences.createMany({ data: { learnerId: id }, skipDuplicates: true })
  // First lock, then read: a statement that waited for the lock would read its other tables as they were before.
  await tx.$queryRaw`SELECT FROM learners WHERE id = ${id} FOR UPDATE`
  const [row] = await tx.$queryRaw<Row[]>`${rows} WHERE l.id = ${id}`
  return row && count === 0 ? learnerOf(row) : null
}

async function write(tx: Tx, learner: Learner, before: Learner | null): Promise<void> {
  const { id, preferences, ...profile } = learner
  const changed = preferences === before?.preferences ? {} : { preferences: { update: preferences } }
  await tx.learner.update({ where: { id }, data: { ...profile, ...changed } })
}

const isUsernameClash = (error: unknown): boolean =>
  error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2002'

const learnerOf = ({ id, username, bio, theme, locale, timezone, ...row }: Row): Learner => ({
  id,
  username,
  firstName: row.first_name,
  lastName: row.last_name,
  avatarUrl: row.avatar_url,
  bio,
  preferences: { theme, locale, timezone, dailyGoalMinutes: row.daily_goal_minutes },
})
