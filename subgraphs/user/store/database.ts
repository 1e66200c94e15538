import { PrismaPg } from '@prisma/adapter-pg'
import { poolSettings } from '@puchi/platform/database'
import { surviveLostConnections } from '@puchi/platform/events/sql'
import type { Log } from '@puchi/platform/log'
import { PrismaClient } from '@puchi/prisma/user'
import pg from 'pg'

/** User's database on one pool: Prisma for the everyday rows, plain SQL where a request's cost is decided. */
export type Database = { prisma: PrismaClient; pool: pg.Pool; close(): Promise<void> }

/** Connects at the first query. */
export function openDatabase(url: string, log: Log): Database {
  const pool = new pg.Pool(poolSettings(url))
  surviveLostConnections(pool, log)
  const prisma = new PrismaClient({ adapter: new PrismaPg(pool) })
  const close = async () => {
    await prisma.$disconnect()
    await pool.end()
  }
  return { prisma, pool, close }
}
