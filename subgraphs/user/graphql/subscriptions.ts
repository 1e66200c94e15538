import { signedIn } from '@puchi/platform/identity/viewer'
import { framesOf, type Sight, type Versioned } from '@puchi/platform/live/frames'
import type { Interest, News } from '@puchi/platform/live/hub'
import { pageOf } from '@puchi/platform/pagination'
import type { EventKind } from '@puchi/schema/events'
import * as kinds from '@puchi/schema/events'
import { GRAPHQL_MAX_INT as greatestInt } from 'graphql'
import { achievementsSeen, statsOf } from '../domain/history.ts'
import { boardOf, everyBoard, leaderboard } from '../domain/leaderboard.ts'
import type { Resolvers } from '../generated/resolvers.ts'
import type { Context } from './context.ts'
import type {
  AchievementUnlockedModel,
  LeaderboardUpdatedModel,
  LiveFrame,
  ProgressUpdatedModel,
} from './models.ts'

const frame = <F>(value: F): F => value

const among =
  (...wanted: EventKind[]) =>
  ({ type }: Pick<News, 'type'>): boolean =>
    wanted.some(({ key }) => key === type)

const statsMove = among(
  kinds.progressUpdated,
  kinds.xpAwarded,
  kinds.levelReached,
  kinds.streakExtended,
  kinds.achievementUnlocked,
)

type Own<F extends Versioned> = Omit<Interest, 'topic'> & {
  /** What a frame says beside whose it is: as it stands, and as news tell it. */
  look(userId: string): Promise<Omit<F, keyof LiveFrame>> | Omit<F, keyof LiveFrame>
  show(data: never): Omit<F, keyof LiveFrame>
}

/** Follows the viewer. The version is read before the state is: see `Sight`. */
function followOwn<F extends LiveFrame>({ viewer, live, versionOf }: Context, own: Own<F>) {
  const { userId } = signedIn(viewer)
  const sight: Sight<F> = {
    async look() {
      const version = await versionOf(userId)
      return { userId, version, snapshot: true, ...(await own.look(userId)) } as F
    },
    show: ({ version, data }) => ({ userId, version, snapshot: false, ...own.show(data as never) }) as F,
  }
  return framesOf(live.follow({ topic: userId, ...own }), sight)
}

type Progress = { lessonId: string; status: ProgressUpdatedModel['status']; percent: number }

const nothing = () => ({})

export const subscriptions: Pick<
  Resolvers,
  | 'Subscription'
  | 'ProgressUpdated'
  | 'StatsUpdated'
  | 'AchievementUnlocked'
  | 'ProfileUpdated'
  | 'LeaderboardUpdated'
> = {
  Subscription: {
    progressUpdated: {
      resolve: frame,
      subscribe: (_, { lessonId }, context) =>
        followOwn<ProgressUpdatedModel>(context, {
          wants: ({ type, data }) =>
            type === kinds.progressUpdated.key && (data as Progress).lessonId === lessonId,
          async look(userId) {
            const lesson = await context.history.lesson(userId, lessonId)
            return { lessonId, status: lesson?.status ?? 'NOT_STARTED', percent: lesson?.percent ?? 0 }
          },
          show: ({ status, percent }: Progress) => ({ lessonId, status, percent }),
        }),
    },
    statsUpdated: {
      resolve: frame,
      subscribe: (_, __, context) =>
        followOwn(context, { wants: statsMove, latest: true, look: nothing, show: nothing }),
    },
    achievementUnlocked: {
      resolve: frame,
      subscribe: (_, __, context) =>
        followOwn<AchievementUnlockedModel>(context, {
          wants: among(kinds.achievementUnlocked),
          look: () => ({ code: null }),
          show: ({ code }: { code: string }) => ({ code }),
        }),
    },
    profileUpdated: {
      resolve: frame,
      subscribe: (_, __, context) =>
        followOwn(context, { wants: among(kinds.profileUpdated), look: nothing, show: nothing }),
    },
    leaderboardUpdated: {
      resolve: frame,
      subscribe(_, { period, first, after }, { live, now }) {
        pageOf(boardOf(period, now), { first }, [])
        // Two frames may share a second, and a clock may be set back.
        let version = after ?? 0
        const look = async (): Promise<LeaderboardUpdatedModel> => {
          version = Math.min(Math.max(version + 1, Math.floor(Date.now() / 1_000)), greatestInt)
          return { version, snapshot: true, period, first }
        }
        const feed = live.follow({ topic: everyBoard, wants: () => false })
        return framesOf(feed, { look, show: () => Promise.reject(new Error('boards have no news')) as never })
      },
    },
  },
  ProgressUpdated: {
    lesson: ({ lessonId }) => ({ id: lessonId }),
    user: ({ userId }, _, { seenAnyway }) => seenAnyway(userId),
  },
  StatsUpdated: {
    async stats({ userId }, _, { reads, now, seenAnyway }) {
      const stats = await statsOf(reads, await seenAnyway(userId), { now })
      if (!stats) throw new Error('a learner may see their own stats')
      return stats
    },
    user: ({ userId }, _, { seenAnyway }) => seenAnyway(userId),
  },
  AchievementUnlocked: {
    async achievements({ userId, code }, _, { reads, seenAnyway }) {
      const all = (await achievementsSeen(reads, await seenAnyway(userId))) ?? []
      return all.filter((one) => (code === null ? one.unlockedAt : one.code === code))
    },
    user: ({ userId }, _, { seenAnyway }) => seenAnyway(userId),
  },
  ProfileUpdated: { user: ({ userId }, _, { seenAnyway }) => seenAnyway(userId) },
  LeaderboardUpdated: {
    async entries({ period, first }, _, { leaderboards, viewerId, now }) {
      const { edges } = await leaderboard(leaderboards, { period, viewerId, now }, { first })
      return edges.map(({ node }) => node)
    },
  },
}
