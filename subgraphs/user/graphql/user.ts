import { may } from '@puchi/platform/identity/viewer'
import { followList } from '../domain/follow.ts'
import {
  achievementsSeen,
  awardList,
  dailyActivity,
  dataExport,
  lessonList,
  lessonSeen,
  statsOf,
  weeksSeen,
} from '../domain/history.ts'
import type { Resolvers } from '../generated/resolvers.ts'

export const user: Pick<Resolvers, 'User' | 'Onboarding'> = {
  User: {
    __resolveReference: ({ id }, { seenAnyway }) => seenAnyway(id),
    ageRange: ({ onboarding }) => onboarding?.ageRange ?? null,
    stats: (of, _, { reads, now, viewer }) =>
      statsOf(reads, of, { now, isAdmin: may(viewer, 'admin:users') }),
    dailyActivity: (of, asked, { reads, now }) => dailyActivity(reads, { of, now }, asked),
    weeklyXp: (of, { weeks }, { reads, now }) => weeksSeen(reads, { of, now }, weeks),
    achievements: (of, _, { reads }) => achievementsSeen(reads, of),
    progress: (of, args, { history }) => lessonList(history, of, args),
    lessonProgress: (of, { lessonId }, { history }) => lessonSeen(history, of, lessonId),
    xpHistory: (of, args, { history }) => awardList(history, of, args),
    following: (of, args, { follows, viewerId }) =>
      followList(follows, { list: 'FOLLOWING', of, viewerId }, args),
    followers: (of, args, { follows, viewerId }) =>
      followList(follows, { list: 'FOLLOWERS', of, viewerId }, args),
    followedByViewer: ({ id }, _, { followed }) => followed(id),
    dataExport: (of, _, { history }) => dataExport(history, of),
  },
  Onboarding: { completedAt: ({ completedAt }) => completedAt?.toISOString() ?? null },
}
