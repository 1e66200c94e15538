import { type Handler, on } from '@puchi/platform/inbox/apply'
import { isNewest } from '@puchi/platform/inbox/newest'
import { userCreated, userDeleted, userUpdated } from '@puchi/schema/events'
import { welcomeAccount } from '../domain/account.ts'
import type { Learners } from '../domain/learner.ts'

const state = 'auth.user'

/** A user that auth has seen is a learner here, and one that is gone leaves nothing, in whatever order it is told. */
export const accountHandlers = <Tx>(within: (tx: Tx) => Learners): Handler<Tx>[] => [
  on(userCreated, async (event, tx, sql) => {
    if (await isNewest(sql, event, { state })) await welcomeAccount(within(tx), event.data)
  }),
  on(userUpdated, async (event, tx, sql) => {
    if (await isNewest(sql, event, { state })) await welcomeAccount(within(tx), event.data)
  }),
  on(userDeleted, async (event, tx, sql) => {
    await within(tx).erase(event.data.userId) // first: it waits for whoever welcomes this user just now
    await isNewest(sql, event, { state, tombstone: true })
  }),
]
