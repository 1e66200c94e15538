import { PrismaPg } from '@prisma/adapter-pg'
import { openPool } from '@puchi/platform/database'
import type { Log } from '@puchi/platform/log'
import { PrismaClient } from '@puchi/prisma/user'
import type pg from 'pg'

/** User's database on one pool: Prisma for the everyday rows, plain SQL where a request's cost is decided. */
export type Database = { prisma: PrismaClient; pool: pg.Pool; close(): Promise<void> }

/** Connects at the first query. */
export function openDatabase(url: string, log: Log): Database {
  const pool = openPool(url, log)
  const prisma = new PrismaClient({ adapter: new PrismaPg(pool) })
  const close = async () => {
    await prisma.$disconnect()
    await pool.end()
  }
  return { prisma, pool, close }
}
