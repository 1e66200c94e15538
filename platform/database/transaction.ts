import type pg from 'pg'

/** One open transaction, as far as outbox and inbox need it. A client of `pg` is one as it stands. */
export type Sql = { query(text: string, params: unknown[]): Promise<{ rows: unknown[] }> }

/** Runs work in one transaction: committed when it resolves, rolled back when it throws. `Tx` is the service's own. */
export type Transact<Tx> = <T>(work: (tx: Tx, sql: Sql) => Promise<T>) => Promise<T>

type RawQuery = { $queryRawUnsafe(text: string, ...params: unknown[]): Promise<unknown> }

/** A transaction of Prisma as outbox and inbox see it. */
export const prismaSql = (tx: RawQuery): Sql => ({
  query: async (text, params) => ({ rows: (await tx.$queryRawUnsafe(text, ...params)) as unknown[] }),
})

type Prisma<Tx> = { $transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T> }

/** Transactions on a client of Prisma. */
export const prismaTransact =
  <Tx extends RawQuery>(prisma: Prisma<Tx>): Transact<Tx> =>
  (work) =>
    prisma.$transaction((tx) => work(tx, prismaSql(tx)))

/** Transactions on a pool of `pg`. A connection that could not even roll back is thrown away. */
export const poolTransact =
  (pool: pg.Pool): Transact<pg.PoolClient> =>
  async (work) => {
    const client = await pool.connect()
    let broken: Error | undefined
    try {
      await client.query('BEGIN')
      const result = await work(client, client)
      await client.query('COMMIT')
      return result
    } catch (error) {
      await client.query('ROLLBACK').catch((failure: Error) => {
        broken = failure
      })
      throw error
    } finally {
      client.release(broken)
    }
  }
