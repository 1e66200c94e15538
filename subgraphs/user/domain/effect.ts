import { type AchievementCode, newlyUnlocked, rewarded } from './achievements.ts'
import { type Happening, unlockings } from './happening.ts'
import type { Stats } from './stats.ts'

/** What a learner has reached, as a rule finds it. */
export type Reached = { stats: Stats; unlocked: ReadonlySet<AchievementCode> }

/** What a rule makes of it: the stats as they shall stand, what they unlock, and what happened. */
export type Effect = { stats: Stats; unlocked: AchievementCode[]; happened: Happening[] }

/** The effect of stats that were counted anew: what they unlock is rewarded, and told after what `happened`. */
export function effectOf(
  counted: Stats,
  before: Reached['unlocked'],
  happened: readonly Happening[] = [],
): Effect {
  const unlocked = newlyUnlocked(counted, before)
  return { stats: rewarded(counted, unlocked), unlocked, happened: [...happened, ...unlockings(unlocked)] }
}
