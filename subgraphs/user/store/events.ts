import type { Sql } from '@puchi/platform/database/transaction'
import { storeEvents } from '@puchi/platform/outbox/store'
import * as kinds from '@puchi/schema/events'
import type { Happening } from '../domain/happening.ts'

const kindOf = {
  'user.profile.updated': kinds.profileUpdated,
  'user.preferences.updated': kinds.preferencesUpdated,
  'user.followed': kinds.followed,
  'user.progress.updated': kinds.progressUpdated,
  'user.xp.awarded': kinds.xpAwarded,
  'user.level.reached': kinds.levelReached,
  'user.streak.extended': kinds.streakExtended,
  'user.achievement.unlocked': kinds.achievementUnlocked,
} satisfies Record<Happening['type'], kinds.EventKind>

/** Keeps what happened to a learner in the transaction that made it happen; they did it themselves. */
export const keepHappenings = (sql: Sql, userId: string, happened: readonly Happening[]): Promise<void> =>
  storeEvents(
    sql,
    happened.map(({ type, ...data }) => ({
      kind: kindOf[type],
      aggregateId: userId,
      data: { userId, ...data },
    })),
    userId,
  )
