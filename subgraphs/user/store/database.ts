import { PrismaPg } from '@prisma/adapter-pg'
import { type OnePool, onePool } from '@puchi/platform/database/pool'
import type { Log } from '@puchi/platform/log'
import { PrismaClient } from '@puchi/prisma/user'

export type Database = OnePool<PrismaClient>

/** User's database. Connects at the first query. */
export const openDatabase = (url: string, log: Log): Database =>
  onePool(url, log, (pool) => new PrismaClient({ adapter: new PrismaPg(pool) }))
