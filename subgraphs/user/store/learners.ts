import { prismaSql, type Sql } from '@puchi/platform/database/transaction'
import { retrying } from '@puchi/platform/retry'
import { Prisma } from '@puchi/prisma/user'
import { type Learner, type Learners, UsernameInUse } from '../domain/learner.ts'
import type { Database } from './database.ts'
import { eraseLearner } from './erase.ts'
import { keepHappenings } from './events.ts'
import { type LearnerRow, learnerColumns, learnerOf, learnerTables } from './rows.ts'
import { mustNotBeDeleted } from './tombstone.ts'

const select = `SELECT ${learnerColumns} FROM ${learnerTables}`

type Tx = Prisma.TransactionClient
type Transact = <T>(work: (tx: Tx) => Promise<T>) => Promise<T>

/** Learners, each change in a transaction of its own, tried again where only its timing was bad. */
export const learnersIn = ({ prisma, pool }: Database): Learners =>
  learnersOn(pool, (work) => retrying(() => prisma.$transaction(work)))

/** Learners inside a transaction that somebody else began. */
export const learnersWithin = (tx: Tx): Learners => learnersOn(prismaSql(tx), (work) => work(tx))

const learnersOn = (sql: Sql, transact: Transact): Learners => ({
  async byIds(ids) {
    // `= ANY` and one statement: this read is behind every user of every list that a router resolves.
    const { rows } = await sql.query(`${select} WHERE l.id = ANY($1)`, [ids])
    const learners = new Map((rows as LearnerRow[]).map((row) => [row.id, learnerOf(row)]))
    return ids.map((id) => learners.get(id) ?? null)
  },
  async byUsername(username) {
    const { rows } = await sql.query(`${select} WHERE username = $1`, [username])
    return rows.map((row) => learnerOf(row as LearnerRow))[0] ?? null
  },
  async taken(usernames) {
    const { rows } = await sql.query('SELECT username FROM learners WHERE username = ANY($1)', [usernames])
    return new Set((rows as { username: string }[]).map(({ username }) => username))
  },
  change: (id, decide) =>
    transact(async (tx) => {
      const before = await lock(tx, id)
      const { learner, happened } = decide(before)
      if (learner !== before) await write(tx, learner, before)
      await keepHappenings(prismaSql(tx), id, happened)
      return learner
    }).catch((error: unknown) => {
      throw isUsernameClash(error) ? new UsernameInUse() : error
    }),
  erase: (id) => transact((tx) => eraseLearner(prismaSql(tx), id)),
})

/** The learner's row, locked until the transaction ends; null where it was not there before, as it is now. */
async function lock(tx: Tx, id: string): Promise<Learner | null> {
  if (!(await locked(tx, id))) {
    if (await create(tx, id)) return null
    await locked(tx, id)
  }
  const [row] = await tx.$queryRawUnsafe<LearnerRow[]>(`${select} WHERE l.id = $1`, id)
  return row ? learnerOf(row) : null
}

// First lock, then read: a statement that waited for the lock would read its other tables as they were before.
const locked = async (tx: Tx, id: string): Promise<boolean> =>
  (await tx.$queryRaw<unknown[]>`SELECT 1 FROM learners WHERE id = ${id} FOR UPDATE`).length > 0

/** Makes a learner's rows; false where somebody else just did. */
async function create(tx: Tx, id: string): Promise<boolean> {
  await mustNotBeDeleted(prismaSql(tx), id)
  const made = await tx.$queryRaw<unknown[]>`WITH learner AS (
      INSERT INTO learners (id) VALUES (${id}) ON CONFLICT DO NOTHING RETURNING id),
    own AS (INSERT INTO preferences (learner_id) SELECT id FROM learner),
    begun AS (INSERT INTO stats (learner_id) SELECT id FROM learner)
    SELECT id FROM learner`
  return made.length > 0
}

async function write(tx: Tx, learner: Learner, before: Learner | null): Promise<void> {
  const { id, preferences, onboarding, ...profile } = learner
  const { completedAt: onboardedAt, ...answers } = onboarding
  const { quietHours, ...own } = preferences
  const kept = { ...own, quietFrom: quietHours?.from ?? null, quietTo: quietHours?.to ?? null }
  const changed = preferences === before?.preferences ? {} : { preferences: { update: kept } }
  await tx.learner.update({ where: { id }, data: { ...profile, ...answers, onboardedAt, ...changed } })
}

const isUsernameClash = (error: unknown): boolean =>
  error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2002'
