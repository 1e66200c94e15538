import { after } from 'node:test'
import type { Delivery } from '@puchi/platform/broker'
import { surviveLostConnections } from '@puchi/platform/database/pool'
import { poolTransact, type Sql, type Transact } from '@puchi/platform/database/transaction'
import { createLog } from '@puchi/platform/log'
import { storeEvents } from '@puchi/platform/outbox/store'
import { xpAwarded } from '@puchi/schema/events'
import { decode, type Event, eventOf } from '@puchi/schema/events/envelope'
import pg from 'pg'
import { databaseFor } from '../harness/database.ts'

export const quiet = createLog('test', process.env['TEST_LOG_LEVEL'] ?? 'silent')

// What a service would change: a balance there, and here the sum of what was told of it.
const tables = `
  CREATE TABLE balances (user_id text PRIMARY KEY, xp bigint NOT NULL);
  CREATE TABLE effects (event_id uuid NOT NULL, user_id text NOT NULL, version bigint NOT NULL, xp bigint NOT NULL,
    position bigint GENERATED ALWAYS AS IDENTITY)`

export type Ground = { url: string; pool: pg.Pool; transact: Transact<pg.PoolClient> }

/** A migrated database of the user service, with two tables for this test. Closed when the test or its file ends. */
export async function openGround(given?: string): Promise<Ground> {
  const url = given ?? (await databaseFor('user'))
  const pool = openPool(url)
  after(() => pool.end())
  await pool.query(tables)
  return { url, pool, transact: poolTransact(pool) }
}

export function openPool(url: string, max = 10): pg.Pool {
  const pool = new pg.Pool({ connectionString: url, max, connectionTimeoutMillis: 5_000 })
  surviveLostConnections(pool, quiet)
  return pool
}

const deposit = `INSERT INTO balances (user_id, xp) VALUES ($1, $2)
  ON CONFLICT (user_id) DO UPDATE SET xp = balances.xp + EXCLUDED.xp RETURNING xp::int AS xp`

/** A mutation: changes a row and says so, in one transaction. */
export const award = (transact: Transact<Sql>, userId: string, amount = 1): Promise<void> =>
  transact(async (_, sql) => {
    const [row] = (await sql.query(deposit, [userId, amount])).rows as { xp: number }[]
    const data = { userId, lessonId: null, amount, totalXp: row?.xp ?? 0 }
    await storeEvents(sql, [eventOf(xpAwarded, data)], userId)
  })

/** The effect of an award: one row for each time it is applied. */
export const note = async (event: Event<typeof xpAwarded>, sql: Sql): Promise<void> => {
  const values = [event.id, event.data.userId, event.aggregate.version, event.data.amount]
  await sql.query('INSERT INTO effects (event_id, user_id, version, xp) VALUES ($1, $2, $3, $4)', values)
}

export const numberOf = async (pool: pg.Pool, what: string): Promise<number> =>
  Number((await pool.query(`SELECT count(*) AS count FROM ${what}`)).rows[0].count)

export const pendingIn = (pool: pg.Pool): Promise<number> =>
  numberOf(pool, 'outbox WHERE published_at IS NULL')

/** How often a version did not follow the one before it among messages as they came, repeats left out. */
export function inversionsIn(messages: readonly Pick<Delivery, 'id' | 'body'>[]): number {
  const last = new Map<string, number>()
  const unique = new Map(messages.map((message) => [message.id, decode(message.body)]))
  return Array.from(unique.values()).filter(({ aggregate: { id, version } }) => {
    const inverted = version !== (last.get(id) ?? 0) + 1
    last.set(id, version)
    return inverted
  }).length
}
