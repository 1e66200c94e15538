import { badInput } from '@puchi/platform/errors'
import { type AchievementCode, newlyUnlocked, rewarded } from './achievements.ts'
import {
  type Connection,
  connectionOf,
  moment,
  type Page,
  type PageArgs,
  type Part,
  pageOf,
  word,
} from './connection.ts'
import { type Happening, unlockings } from './happening.ts'
import type { Learner } from './learner.ts'
import { type Seen, seenBy } from './privacy.ts'
import type { Stats } from './stats.ts'

export type FollowList = 'FOLLOWING' | 'FOLLOWERS'

export type Follower = { stats: Stats; unlocked: ReadonlySet<AchievementCode> }
export type FollowOutcome = { stats: Stats; unlocked: AchievementCode[]; happened: Happening[] }

/** What the rules ask of storage: see `store/follows.ts`. */
export type Follows = {
  /** Keeps that one learner follows another, with what `decide` says of the follower, once. Throws NOT_FOUND. */
  follow(pair: Pair, decide: (follower: Follower) => FollowOutcome): Promise<void>
  unfollow(pair: Pair): Promise<void>
  /** Newest first. */
  list(list: FollowList, learnerId: string, page: Page): Promise<Part<Learner>>
  /** Which of the given learners one follows. */
  followedBy(followerId: string, ids: readonly string[]): Promise<Set<string>>
}

export type Pair = { followerId: string; followedId: string }

/** The effect on a follower of following one more. */
export function following({ stats, unlocked }: Follower, followedId: string): FollowOutcome {
  const counted = { ...stats, following: stats.following + 1 }
  const codes = newlyUnlocked(counted, unlocked)
  return {
    stats: rewarded(counted, codes),
    unlocked: codes,
    happened: [{ type: 'user.followed', followedId }, ...unlockings(codes)],
  }
}

/** Following twice is one follow. Throws BAD_USER_INPUT for oneself and NOT_FOUND for nobody. */
export async function follow(follows: Follows, pair: Pair): Promise<void> {
  if (pair.followerId === pair.followedId)
    throw badInput({ field: 'userId', message: 'must be somebody else' })
  await follows.follow(pair, (follower) => following(follower, pair.followedId))
}

/** Whom a learner follows, or who follows them, the latest first; null where the viewer may not see it. */
export async function followList(
  follows: Follows,
  { list, of, viewerId }: { list: FollowList; of: Seen; viewerId: string | undefined },
  args: PageArgs,
): Promise<Connection<Seen> | null> {
  if (!of.shows.profile) return null
  const name = `${list}:${of.id}`
  const page = pageOf(name, args, [moment, word])
  const part = await follows.list(list, of.id, page)
  return connectionOf(name, page, part, (learner) => seenBy(viewerId, learner))
}
