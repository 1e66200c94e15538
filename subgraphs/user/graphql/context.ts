import type { Hub } from '@puchi/platform/live/hub'
import type { Viewer } from '@puchi/platform/viewer'
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
export type Context = Ports & {
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
  const seen = seeing(ports.learners, viewerId)
  const follows = new DataLoader(async (ids: readonly string[]) => {
    const followed = await ports.follows.followedBy(viewerId ?? '', ids)
    return ids.map((id) => followed.has(id))
  })
  return {
    ...ports,
    viewer,
    viewerId,
    now,
    seen,
    seenAnyway: async (id) => (await seen(id)) ?? seenBy(viewerId, newLearner(id)),
    reads: readsOf(ports.history),
    followed: async (id) => (viewerId === undefined ? null : follows.load(id)),
  }
}

function seeing(learners: Learners, viewerId: string | undefined): Context['seen'] {
  const loader = new DataLoader(learners.byIds)
  return async (id) => {
    const learner = await loader.load(id)
    return learner && seenBy(viewerId, learner)
  }
}

function readsOf(history: History): Reads {
  const stats = new DataLoader(history.stats)
  const unlocked = new DataLoader(history.unlocked)
  const cacheKeyFn = ({ learnerId, from, to }: DaysOf) => `${learnerId} ${from} ${to}`
  const days = new DataLoader(history.days, { cacheKeyFn })
  return {
    stats: (id) => stats.load(id),
    unlocked: (id) => unlocked.load(id),
    days: (asked) => days.load(asked),
  }
}
