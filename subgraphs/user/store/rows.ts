import type { AgeRange, Learner, StartingLevel } from '../domain/learner.ts'
import type { Locale, Theme } from '../domain/preferences.ts'
import type { Stats } from '../domain/stats.ts'

/** The columns of a learner `l` with preferences `p`, as one row. */
export const learnerColumns = `l.id, username, first_name, last_name, avatar_url, bio,
  age_range::text, how_heard, why_learn, level::text, onboarded_at,
  theme::text, locale::text, timezone, daily_goal_minutes, reminder_time, sound_effects, animations,
  motivational_messages, listening_exercises, profile_public, findable_by_username, share_activity,
  push, email, streak_reminder, friend_activity, promotions, quiet_from, quiet_to`

const preferencesJoin = 'JOIN preferences p ON p.learner_id = l.id'

export const learnerTables = `learners l ${preferencesJoin}`

/** Joins a learner to whatever has an id of one. */
export const joinLearner = (id: string): string => `JOIN learners l ON l.id = ${id} ${preferencesJoin}`

export type LearnerRow = {
  id: string
  username: string | null
  first_name: string | null
  last_name: string | null
  avatar_url: string | null
  bio: string | null
  age_range: AgeRange | null
  how_heard: string | null
  why_learn: string | null
  level: StartingLevel | null
  onboarded_at: Date | null
  theme: Theme
  locale: Locale
  timezone: string
  daily_goal_minutes: number
  reminder_time: string
  sound_effects: boolean
  animations: boolean
  motivational_messages: boolean
  listening_exercises: boolean
  profile_public: boolean
  findable_by_username: boolean
  share_activity: boolean
  push: boolean
  email: boolean
  streak_reminder: boolean
  friend_activity: boolean
  promotions: boolean
  quiet_from: string | null
  quiet_to: string | null
}

export const learnerOf = (row: LearnerRow): Learner => ({
  id: row.id,
  username: row.username,
  firstName: row.first_name,
  lastName: row.last_name,
  avatarUrl: row.avatar_url,
  bio: row.bio,
  onboarding: {
    ageRange: row.age_range,
    howHeard: row.how_heard,
    whyLearn: row.why_learn,
    level: row.level,
    completedAt: row.onboarded_at,
  },
  preferences: {
    theme: row.theme,
    locale: row.locale,
    timezone: row.timezone,
    dailyGoalMinutes: row.daily_goal_minutes,
    reminderTime: row.reminder_time,
    soundEffects: row.sound_effects,
    animations: row.animations,
    motivationalMessages: row.motivational_messages,
    listeningExercises: row.listening_exercises,
    profilePublic: row.profile_public,
    findableByUsername: row.findable_by_username,
    shareActivity: row.share_activity,
    push: row.push,
    email: row.email,
    streakReminder: row.streak_reminder,
    friendActivity: row.friend_activity,
    promotions: row.promotions,
    quietHours: row.quiet_from && row.quiet_to ? { from: row.quiet_from, to: row.quiet_to } : null,
  },
})

// Column for field: whatever is kept of stats is read and written by this one list.
const columnOf: Record<keyof Stats, string> = {
  totalXp: 'total_xp',
  totalSeconds: 'total_seconds',
  correct: 'correct',
  answered: 'answered',
  completedLessons: 'completed_lessons',
  crowns: 'crowns',
  gems: 'gems',
  currentStreak: 'current_streak',
  longestStreak: 'longest_streak',
  streakFreezes: 'streak_freezes',
  lastDay: 'last_day',
  hearts: 'hearts',
  heartsAt: 'hearts_at',
  nightLessons: 'night_lessons',
  earlyLessons: 'early_lessons',
  weeksWon: 'weeks_won',
  following: 'following',
  followers: 'followers',
}
const fields = Object.keys(columnOf) as (keyof Stats)[]

/** The columns of stats `s`, named as the domain names them. */
export const statsColumns = fields
  .map((field) => `s.${columnOf[field]}${field === 'lastDay' ? '::text' : ''} AS "${field}"`)
  .join(', ')

/** `total_xp = $2, …`: sets every column of stats from the parameters after the first `before`. */
export const statsAssignments = (before: number): string =>
  fields.map((field, i) => `${columnOf[field]} = $${before + 1 + i}`).join(', ')

export const statsValues = (stats: Stats): unknown[] => fields.map((field) => stats[field])
