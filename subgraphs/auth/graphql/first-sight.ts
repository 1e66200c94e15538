import type { AskViewer } from '@puchi/platform/identity/viewers'
import type { Log } from '@puchi/platform/log'
import { oncePerKey } from '@puchi/platform/once'
import { createUnderway } from '@puchi/platform/underway'
import { type Directory, lacksDetails, learnDetails, welcome } from '../domain/first-sight.ts'
import type { Users } from '../domain/user.ts'

export type FirstSight = {
  /** Sees to it that the user has a row. Waits for the database at first sight only, never for Clerk. */
  see(userId: string): Promise<void>
  /** The same before somebody is asked about. */
  before(ask: AskViewer): AskViewer
  /** Waits for what runs in the background. */
  close(): Promise<void>
}

type Parts = {
  users: Users
  directory: Directory
  log: Log
  /** Milliseconds until Clerk is asked again for what it could not say. */
  retryAfter?: number
}

/** Rows are lazy: a user gets one at their first verified request, and Clerk is asked for the details after it. */
export function createFirstSight({ users, directory, log, retryAfter = 30_000 }: Parts): FirstSight {
  const underway = createUnderway()
  const see = oncePerKey(async (id) => {
    if (lacksDetails(await welcome(users, id))) inBackground(id)
  })

  function inBackground(id: string): void {
    const work = learnDetails(users, directory, id).catch((error: unknown) => {
      log.warn({ err: error, user: id }, 'the details of a user are not known yet')
      see.forget(id, retryAfter)
    })
    underway.keep(work)
  }
  return {
    see,
    before: (ask) => async (identity) => {
      await see(identity.userId)
      return ask(identity)
    },
    close: underway.settled,
  }
}
