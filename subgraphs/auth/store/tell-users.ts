// npm run users:tell  tells the other services once more of every user of AUTH_DATABASE_URL, as they stand: for when the broker's
//                     disk was lost, or a database was restored from before what it had been told
import { postgresUrl, readEnv } from '@puchi/platform/env'
import { createLog } from '@puchi/platform/log'
import { runCommand } from '@puchi/platform/run-command'
import { z } from 'zod'
import { bySystem, type Happened } from '../domain/outcome.ts'
import type { User } from '../domain/user.ts'
import { openDatabase } from './database.ts'
import { usersIn } from './users.ts'

const page = 500

const newsOf = ({ id: userId, status }: User): Happened => ({
  type: status === 'DELETED' ? 'user.deleted' : 'user.updated',
  userId,
})

/** Puts an event for each user into the outbox, under the user's lock: it is newer than all that was told before. Answers how many. */
export async function tellUsers(url: string): Promise<number> {
  const { prisma, read, close } = openDatabase(url, createLog('tell', 'error'))
  const users = usersIn(prisma, read)
  const tell = (id: string) =>
    users.change(id, bySystem, (user) => {
      if (!user) throw new Error(`${id} went while it was told of`)
      return { user, happened: [newsOf(user)] }
    })
  let told = 0
  try {
    for (let after = ''; ; ) {
      const found = await prisma.user.findMany({
        select: { id: true },
        where: { id: { gt: after } },
        orderBy: { id: 'asc' },
        take: page,
      })
      for (const { id } of found) await tell(id)
      told += found.length
      after = found.at(-1)?.id ?? after
      if (found.length < page) return told
    }
  } finally {
    await close()
  }
}

async function main(): Promise<void> {
  const { AUTH_DATABASE_URL: url } = readEnv(z.object({ AUTH_DATABASE_URL: postgresUrl }))
  console.log(`${await tellUsers(url)} users are told of as soon as auth runs.`)
}

if (import.meta.main) await runCommand(main)
