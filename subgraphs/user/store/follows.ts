import { poolTransact, type Sql } from '@puchi/platform/database/transaction'
import { Refusal } from '@puchi/platform/errors'
import { partOf, placeOr } from '@puchi/platform/pagination'
import { retrying } from '@puchi/platform/retry'
import type { FollowList, Follows, Pair } from '../domain/follow.ts'
import type { Stats } from '../domain/stats.ts'
import type { Database } from './database.ts'
import { keepEffect, unlockedOf, writeStats } from './effect.ts'
import { joinLearner, type LearnerRow, learnerColumns, learnerOf, statsColumns } from './rows.ts'
import { accountDeleted } from './tombstone.ts'

const list = (own: string, other: string) => `SELECT f.since, ${learnerColumns} FROM (
    SELECT ${other} AS id, since FROM follows WHERE ${own} = $1 AND (since, ${other}) < ($2::timestamptz, $3)
    ORDER BY since DESC, ${other} DESC LIMIT $4) AS f
  ${joinLearner('f.id')}
  ORDER BY f.since DESC, f.id DESC`

const lists: Record<FollowList, string> = {
  FOLLOWING: list('follower_id', 'followed_id'),
  FOLLOWERS: list('followed_id', 'follower_id'),
}

export function followsIn({ pool }: Database): Follows {
  const transact = poolTransact(pool)
  return {
    follow: (pair, decide) =>
      retrying(() =>
        transact(async (_, sql) => {
          const stats = await lockBoth(sql, pair)
          if (!(await added(sql, pair))) return
          const outcome = decide({ stats, unlocked: await unlockedOf(sql, pair.followerId) })
          await keepEffect(sql, pair.followerId, outcome)
          await count(sql, pair.followedId, 1)
        }),
      ),
    unfollow: (pair) =>
      retrying(() =>
        transact(async (_, sql) => {
          const stats = await lockBoth(sql, pair)
          if (!(await removed(sql, pair))) return
          await writeStats(sql, pair.followerId, { ...stats, following: stats.following - 1 })
          await count(sql, pair.followedId, -1)
        }),
      ),
    async list(which, learnerId, page) {
      const values = [learnerId, ...placeOr(page, ['infinity', '']), page.first + 1]
      const { rows } = await pool.query<LearnerRow & { since: Date }>(lists[which], values)
      return partOf(rows, page, (row) => ({ node: learnerOf(row), place: [row.since.toISOString(), row.id] }))
    },
    async followedBy(followerId, ids) {
      const { rows } = await pool.query<{ id: string }>(
        'SELECT followed_id AS id FROM follows WHERE follower_id = $1 AND followed_id = ANY($2)',
        [followerId, ids],
      )
      return new Set(rows.map(({ id }) => id))
    },
  }
}

const lock = `SELECT s.learner_id, ${statsColumns} FROM stats s WHERE learner_id = ANY($1)
  ORDER BY learner_id FOR UPDATE`

/** Locks both, in the order of ids so that nobody waits in a circle. Answers the follower's stats. */
async function lockBoth(sql: Sql, { followerId, followedId }: Pair): Promise<Stats> {
  const { rows } = await sql.query(lock, [[followerId, followedId]])
  const found = new Map((rows as (Stats & { learner_id: string })[]).map((row) => [row.learner_id, row]))
  const follower = found.get(followerId)
  if (!follower) throw accountDeleted()
  if (!found.has(followedId)) throw new Refusal('NOT_FOUND', 'Nobody has that id.')
  return follower
}

const change = async (sql: Sql, text: string, { followerId, followedId }: Pair): Promise<boolean> =>
  (await sql.query(text, [followerId, followedId])).rows.length > 0

const added = (sql: Sql, pair: Pair) =>
  change(
    sql,
    'INSERT INTO follows (follower_id, followed_id) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING 1',
    pair,
  )

const removed = (sql: Sql, pair: Pair) =>
  change(sql, 'DELETE FROM follows WHERE follower_id = $1 AND followed_id = $2 RETURNING 1', pair)

const count = (sql: Sql, learnerId: string, change: number) =>
  sql.query('UPDATE stats SET followers = followers + $2 WHERE learner_id = $1', [learnerId, change])
