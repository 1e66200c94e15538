const thresholds = [0, 60, 120, 200, 300, 450, 650, 900, 1_200, 1_500]
const highestListed = thresholds.length
const beyond = 400

/** The XP at which a level begins, from level 1. */
const thresholdOf = (level: number): number =>
  thresholds[level - 1] ?? 1_500 + (level - highestListed) * beyond

/** The level that so much XP is worth. */
export const levelOf = (totalXp: number): number =>
  totalXp >= 1_500
    ? highestListed + Math.floor((totalXp - 1_500) / beyond)
    : thresholds.findLastIndex((threshold) => totalXp >= threshold) + 1

export type LevelProgress = { level: number; currentXp: number; xpToNextLevel: number }

/** A level with the XP gained in it and the XP it takes in all, both counted from where it begins. */
export function levelProgress(totalXp: number): LevelProgress {
  const level = levelOf(totalXp)
  const base = thresholdOf(level)
  return { level, currentXp: totalXp - base, xpToNextLevel: thresholdOf(level + 1) - base }
}
