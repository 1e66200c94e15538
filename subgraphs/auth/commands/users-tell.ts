// npm run users:tell  tells the other services once more of every user of AUTH_DATABASE_URL, as they stand: for when the broker's
//                     disk was lost, or a database was restored from before what it had been told
import { readEnv } from '@puchi/platform/env'
import { createLog } from '@puchi/platform/log'
import { runCommand } from '@puchi/platform/run-command'
import { bySystem, type Happened } from '../domain/outcome.ts'
import type { User } from '../domain/user.ts'
import { settings } from '../settings.ts'
import { openDatabase } from '../store/database.ts'
import { everyUserId } from '../store/every-user.ts'
import { usersIn } from '../store/users.ts'

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
      if (!user) throw new Error(`user ${id} was removed meanwhile`)
      return { user, happened: [newsOf(user)] }
    })
  let told = 0
  try {
    for await (const id of everyUserId(prisma)) {
      await tell(id)
      told += 1
    }
    return told
  } finally {
    await close()
  }
}

async function main(): Promise<void> {
  const { AUTH_DATABASE_URL: url } = readEnv(settings.pick({ AUTH_DATABASE_URL: true }))
  console.log(`${await tellUsers(url)} users are told of as soon as auth runs.`)
}

if (import.meta.main) await runCommand(main)
