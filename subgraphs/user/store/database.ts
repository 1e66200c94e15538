import { PrismaPg } from '@prisma/adapter-pg'
import { poolSettings } from '@puchi/platform/database'
import { PrismaClient } from '@puchi/prisma/user'

/** User's database. Connects at the first query; `$disconnect` ends its pool. */
export const openDatabase = (url: string): PrismaClient =>
  new PrismaClient({ adapter: new PrismaPg(poolSettings(url)) })
