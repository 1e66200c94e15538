import type { Stats } from './stats.ts'

export type AchievementCode =
  | 'FIRST_STEPS'
  | 'STREAK_3'
  | 'STREAK_7'
  | 'STREAK_30'
  | 'PERFECT_LESSON'
  | 'CENTURY'
  | 'MARATHON'
  | 'NIGHT_OWL'
  | 'EARLY_BIRD'
  | 'SOCIAL_BUTTERFLY'
  | 'CHAMPION'

export type Achievement = {
  code: AchievementCode
  title: string
  description: string
  /** How much of `counted` unlocks it. */
  requirement: number
  counted(stats: Stats): number
}

const achievement = (
  code: AchievementCode,
  [title, description]: [string, string],
  [requirement, counted]: [number, (stats: Stats) => number],
): Achievement => ({ code, title, description, requirement, counted })

const longest = ({ longestStreak }: Stats) => longestStreak

/** Every achievement there is, in the order of the screen. */
export const achievements: readonly Achievement[] = [
  achievement('FIRST_STEPS', ['First Steps', 'Complete a lesson'], [1, (s) => s.completedLessons]),
  achievement('STREAK_3', ['3-day Streak', 'Learn three days in a row'], [3, longest]),
  achievement('STREAK_7', ['7-day Streak', 'Learn seven days in a row'], [7, longest]),
  achievement('STREAK_30', ['30-day Streak', 'Learn thirty days in a row'], [30, longest]),
  achievement('PERFECT_LESSON', ['Perfect Lesson', 'Answer all of a lesson right'], [1, (s) => s.crowns]),
  achievement('CENTURY', ['Century', 'Complete 100 lessons'], [100, (s) => s.completedLessons]),
  achievement('MARATHON', ['Marathon', 'Learn for ten hours'], [36_000, (s) => s.totalSeconds]),
  achievement('NIGHT_OWL', ['Night Owl', 'Complete 10 lessons after 22:00'], [10, (s) => s.nightLessons]),
  achievement('EARLY_BIRD', ['Early Bird', 'Complete 10 lessons before 07:00'], [10, (s) => s.earlyLessons]),
  achievement('SOCIAL_BUTTERFLY', ['Social Butterfly', 'Follow 5 learners'], [5, (s) => s.following]),
  achievement('CHAMPION', ['Champion', 'Finish a week in first place'], [1, (s) => s.weeksWon]),
]

export type Unlocked = ReadonlyMap<AchievementCode, Date>

const gemsEach = 10

/** What the stats unlock that was not unlocked before. */
export const newlyUnlocked = (stats: Stats, before: Pick<Unlocked, 'has'>): AchievementCode[] =>
  achievements
    .filter(({ code, requirement, counted }) => !before.has(code) && counted(stats) >= requirement)
    .map(({ code }) => code)

/** The stats with what the new achievements bring. */
export const rewarded = (stats: Stats, unlocked: readonly AchievementCode[]): Stats => ({
  ...stats,
  gems: stats.gems + unlocked.length * gemsEach,
})

export type AchievementState = Omit<Achievement, 'counted'> & { progress: number; unlockedAt: Date | null }

/** Every achievement with how far a learner has come; `progress` never passes the requirement. */
export const achievementsOf = (stats: Stats, unlocked: Unlocked): AchievementState[] =>
  achievements.map(({ counted, ...about }) => {
    const unlockedAt = unlocked.get(about.code) ?? null
    const progress = unlockedAt ? about.requirement : Math.min(about.requirement, counted(stats))
    return { ...about, progress, unlockedAt }
  })

/** Achievements unlocked at this moment. */
export const justUnlocked = (codes: readonly AchievementCode[], now: Date): AchievementState[] =>
  achievements
    .filter(({ code }) => codes.includes(code))
    .map(({ counted: _, ...about }) => ({ ...about, progress: about.requirement, unlockedAt: now }))
