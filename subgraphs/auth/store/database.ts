import { PrismaPg } from '@prisma/adapter-pg'
import { openPool, type Read, readFrom } from '@puchi/platform/database'
import type { Log } from '@puchi/platform/log'
import { PrismaClient } from '@puchi/prisma/auth'

export type Database = {
  prisma: PrismaClient
  /** For the reads that every request makes: Prisma's own costs twice the CPU. */
  read: Read
  close(): Promise<void>
}

/** Auth's database. Connects at the first query; Prisma and the hot reads share one pool. */
export function openDatabase(url: string, log: Log): Database {
  const pool = openPool(url, log)
  const prisma = new PrismaClient({
    adapter: new PrismaPg(pool, { disposeExternalPool: true }),
  })
  return { prisma, read: readFrom(pool), close: () => prisma.$disconnect() }
}
