import { PrismaPg } from '@prisma/adapter-pg'
import { type OnePool, onePool, type Read, readFrom } from '@puchi/platform/database/pool'
import type { Log } from '@puchi/platform/log'
import { PrismaClient } from '@puchi/prisma/auth'

export type Database = OnePool<PrismaClient> & {
  /** For the reads that every request makes: Prisma's own costs twice the CPU. */
  read: Read
}

/** Auth's database. Connects at the first query. */
export function openDatabase(url: string, log: Log): Database {
  const one = onePool(url, log, (pool) => new PrismaClient({ adapter: new PrismaPg(pool) }))
  return { ...one, read: readFrom(one.pool) }
}
