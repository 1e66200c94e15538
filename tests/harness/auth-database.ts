import { PrismaPg } from '@prisma/adapter-pg'
import { commandsOf } from '@puchi/auth/domain/commands'
import type { Clerk } from '@puchi/auth/store/clerk'
import { portsIn } from '@puchi/auth/store/ports'
import { type Read, readFrom } from '@puchi/platform/database/pool'
import { PrismaClient } from '@puchi/prisma/auth'
import pg from 'pg'

/** A Clerk that agrees to everything. */
export const agreeableClerk: Clerk = {
  detailsOf: async () => null,
  ban: async () => {},
  unban: async () => {},
  remove: async () => {},
  sessionOf: async (id) => ({
    userId: `user_${id.split('_')[1]}`,
    createdAt: new Date(),
    expiresAt: new Date(Date.now() + 86_400_000),
    location: null,
  }),
  liveOf: async () => [],
  end: async () => {},
  tokenOf: async (id) => `jwt of ${id}`,
}

/** The connection as the service has it: it may read and add to history, no more. */
export const asService = (url: string): string => `${url}?options=-c%20role%3Dauth_service`

/** Auth's real storage on a database, as its service sees it, with a Clerk of the test's own. */
export function authOn(url: string, clerk: Clerk = agreeableClerk, max = 10) {
  const statements: string[] = []
  const pool = new pg.Pool({ connectionString: asService(url), max })
  const adapter = new PrismaPg(pool, { disposeExternalPool: true })
  const prisma = new PrismaClient({ adapter, log: [{ level: 'query', emit: 'event' }] })
  prisma.$on('query', ({ query }) => statements.push(query))
  const read: Read = (query) => {
    statements.push(query.text)
    return readFrom(pool)(query)
  }
  const ports = portsIn({ prisma, read }, clerk)
  const commands = commandsOf({ ...ports, keys: ['k'.repeat(32)] })
  return { ...ports, commands, database: prisma, statements, close: () => prisma.$disconnect() }
}

/** Asks as the owner of the schema. */
export async function asOwner<Row extends object>(
  url: string,
  text: string,
  values: unknown[] = [],
): Promise<Row[]> {
  const owner = new pg.Client({ connectionString: url })
  await owner.connect()
  return owner
    .query<Row>(text, values)
    .then(({ rows }) => rows)
    .finally(() => owner.end())
}
