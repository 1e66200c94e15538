import type { Resolvers } from '../generated/resolvers.ts'

const isoOf = (date: Date | null): string | null => date?.toISOString() ?? null

/** What a learner has reached, in the schema's words. */
export const learning: Pick<
  Resolvers,
  'Stats' | 'DayActivity' | 'Achievement' | 'LessonProgress' | 'XpAward'
> = {
  Stats: { nextHeartAt: ({ nextHeartAt }) => isoOf(nextHeartAt) },
  DayActivity: { minutes: ({ seconds }) => Math.floor(seconds / 60) },
  Achievement: { unlockedAt: ({ unlockedAt }) => isoOf(unlockedAt) },
  LessonProgress: {
    lesson: ({ lessonId }) => ({ id: lessonId }),
    completedAt: ({ completedAt }) => isoOf(completedAt),
    updatedAt: ({ updatedAt }) => updatedAt.toISOString(),
  },
  XpAward: {
    lesson: ({ lessonId }) => ({ id: lessonId }),
    awardedAt: ({ awardedAt }) => awardedAt.toISOString(),
  },
}
