import type { Connection } from '@puchi/platform/pagination'
import type { AchievementState } from '../domain/achievements.ts'
import type { DayActivity } from '../domain/activity.ts'
import type { Award } from '../domain/history.ts'
import type { Board, Entry, OwnEntry, Period } from '../domain/leaderboard.ts'
import type { Onboarding } from '../domain/learner.ts'
import type { LessonProgress, LessonStatus } from '../domain/lesson.ts'
import type { Preferences } from '../domain/preferences.ts'
import type { Seen } from '../domain/privacy.ts'
import type { ShownStats } from '../domain/stats.ts'

export type UserModel = Seen
export type OnboardingModel = Onboarding
export type PreferencesModel = Preferences
export type PrivacyPreferencesModel = Preferences
export type NotificationPreferencesModel = Preferences
export type StatsModel = ShownStats
export type DayActivityModel = DayActivity
export type AchievementModel = AchievementState
export type LessonProgressModel = LessonProgress
export type XpAwardModel = Award
export type LeaderboardEntryModel = Entry | OwnEntry
export type LeaderboardConnectionModel = Connection<Entry> & { board: Board }

/** A frame of a subscription: of whom, up to which version, and whether it says how things stand. */
export type LiveFrame = { userId: string; version: number; snapshot: boolean }
export type ProgressUpdatedModel = LiveFrame & { lessonId: string; status: LessonStatus; percent: number }
export type StatsUpdatedModel = LiveFrame
/** `code`: what was unlocked; null: all that is. */
export type AchievementUnlockedModel = LiveFrame & { code: string | null }
export type ProfileUpdatedModel = LiveFrame
export type LeaderboardUpdatedModel = { version: number; snapshot: true; period: Period; first: number }
