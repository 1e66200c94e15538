import { versionOf } from '@puchi/platform/outbox/version'
import type { Database } from './database.ts'
import { followsIn } from './follows.ts'
import { historyIn } from './history.ts'
import { leaderboardsIn } from './leaderboards.ts'
import { learnersIn } from './learners.ts'
import { progressIn } from './progress.ts'
import { searchIn } from './search.ts'

/** Everything the rules ask of storage, on one database. */
export const portsIn = (database: Database) => ({
  learners: learnersIn(database),
  book: progressIn(database),
  history: historyIn(database),
  follows: followsIn(database),
  leaderboards: leaderboardsIn(database),
  search: searchIn(database),
  versionOf: (id: string) => versionOf(database.pool, id),
})
