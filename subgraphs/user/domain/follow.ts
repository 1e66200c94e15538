import { badInput } from '@puchi/platform/errors'
import {
  type Connection,
  connectionOf,
  moment,
  type Page,
  type PageArgs,
  type Part,
  pageOf,
  word,
} from '@puchi/platform/pagination'
import { type Effect, effectOf, type Reached } from './effect.ts'
import type { Learner } from './learner.ts'
import { type Seen, seenBy } from './privacy.ts'

export type FollowList = 'FOLLOWING' | 'FOLLOWERS'

/** What the rules ask of storage: see `store/follows.ts`. */
export type Follows = {
  /** Keeps that one learner follows another, with what `decide` says of the follower, once. Throws NOT_FOUND. */
  follow(pair: Pair, decide: (follower: Reached) => Effect): Promise<void>
  unfollow(pair: Pair): Promise<void>
  /** Newest first. */
  list(list: FollowList, learnerId: string, page: Page): Promise<Part<Learner>>
  /** Which of the given learners one follows. */
  followedBy(followerId: string, ids: readonly string[]): Promise<Set<string>>
}

export type Pair = { followerId: string; followedId: string }

/** The effect on a follower of following one more. */
export const following = ({ stats, unlocked }: Reached, followedId: string): Effect =>
  effectOf({ ...stats, following: stats.following + 1 }, unlocked, [{ type: 'user.followed', followedId }])

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
