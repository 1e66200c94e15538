import { type Forgetful, forgets } from '@puchi/platform/graphql/afresh'
import type { Viewer } from '@puchi/platform/identity/viewer'
import type { Hub } from '@puchi/platform/live/hub'
import DataLoader from 'dataloader'
import type { Follows } from '../domain/follow.ts'
import type { DaysOf, History, Reads } from '../domain/history.ts'
import type { Leaderboards } from '../domain/leaderboard.ts'
import { type Learners, newLearner } from '../domain/learner.ts'
import { type Seen, seenBy } from '../domain/privacy.ts'
import type { ProgressBook } from '../domain/progress.ts'
import type { Search } from '../domain/search.ts'

/** All that the rules ask of storage. */
export type Ports = {
  learners: Learners
  book: ProgressBook
  history: History
  follows: Follows
  leaderboards: Leaderboards
  search: Search
  /** The version that a learner's last event brought them to. */
  versionOf(id: string): Promise<number>
  live: Hub
}

/** What every resolver may reach. Built anew for each request, so that each of its loaders is one statement. */
export type Context = Ports &
  Forgetful & {
    viewer: Viewer | null
    viewerId: string | undefined
    now: Date
    /** A learner as the viewer may see them; null where nobody has the id. */
    seen(id: string): Promise<Seen | null>
    /** A learner whom another service knows, although no row is here yet. */
    seenAnyway(id: string): Promise<Seen>
    reads: Reads
    followed(id: string): Promise<boolean | null>
  }

export function contextFor(ports: Ports, viewer: Viewer | null, now = new Date()): Context {
  const viewerId = viewer?.userId
  const loaders = loadersOf(ports, viewerId)
  const seen: Context['seen'] = async (id) => {
    const learner = await loaders.learners.load(id)
    return learner && seenBy(viewerId, learner)
  }
  return {
    ...ports,
    viewer,
    viewerId,
    now,
    seen,
    seenAnyway: async (id) => (await seen(id)) ?? seenBy(viewerId, newLearner(id)),
    reads: {
      stats: (id) => loaders.stats.load(id),
      unlocked: (id) => loaders.unlocked.load(id),
      days: (asked) => loaders.days.load(asked),
    },
    followed: async (id) => (viewerId === undefined ? null : loaders.followed.load(id)),
    forget: forgets(loaders),
  }
}

function loadersOf({ learners, history, follows }: Ports, viewerId = '') {
  return {
    learners: new DataLoader(learners.byIds),
    stats: new DataLoader(history.stats),
    unlocked: new DataLoader(history.unlocked),
    days: new DataLoader(history.days, {
      cacheKeyFn: ({ learnerId, from, to }: DaysOf) => `${learnerId} ${from} ${to}`,
    }),
    followed: new DataLoader(async (ids: readonly string[]) => {
      const followed = await follows.followedBy(viewerId, ids)
      return ids.map((id) => followed.has(id))
    }),
  }
}
