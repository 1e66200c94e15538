import type { AchievementCode } from './achievements.ts'
import type { LessonStatus } from './lesson.ts'
import type { Preferences } from './preferences.ts'

type Profile = {
  username: string | null
  firstName: string | null
  lastName: string | null
  avatarUrl: string | null
  bio: string | null
}

/** What happened to a learner, for whoever wants to know; kept in the transaction that made it happen. */
export type Happening =
  | ({ type: 'user.profile.updated' } & Profile)
  | ({ type: 'user.preferences.updated' } & Preferences)
  | { type: 'user.followed'; followedId: string }
  | { type: 'user.progress.updated'; lessonId: string; status: LessonStatus; percent: number }
  | { type: 'user.xp.awarded'; lessonId: string | null; amount: number; totalXp: number }
  | { type: 'user.level.reached'; level: number }
  | { type: 'user.streak.extended'; currentStreak: number; longestStreak: number }
  | { type: 'user.achievement.unlocked'; code: AchievementCode }

export const unlockings = (codes: readonly AchievementCode[]): Happening[] =>
  codes.map((code) => ({ type: 'user.achievement.unlocked', code }))
