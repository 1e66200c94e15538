/** What a lesson awards until its own service says otherwise. */
const defaultReward = 10

export type Attempt = { correct: number; total: number }

export const isPerfect = ({ correct, total }: Attempt): boolean => total > 0 && correct === total

/** The whole reward when every answer is right, else the share of the right ones, rounded down. */
export const xpOf = ({ correct, total }: Attempt, reward = defaultReward): number =>
  total === 0 ? 0 : Math.floor((reward * correct) / total)
