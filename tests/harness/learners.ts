import type { Happening } from '@puchi/user/domain/happening'
import { type Learner, type Learners, UsernameInUse } from '@puchi/user/domain/learner'

/** User's port on a Map, with all that happened to the learners. */
export function learnersInMemory(...rows: Learner[]): Learners & { all(): Learner[]; happened: Happening[] } {
  const told: Happening[] = []
  const kept = new Map(rows.map((row) => [row.id, row]))
  const named = (username: string | null) =>
    username === null ? undefined : [...kept.values()].find((row) => row.username === username)
  return {
    all: () => [...kept.values()],
    happened: told,
    byIds: async (ids) => ids.map((id) => kept.get(id) ?? null),
    byUsername: async (username) => named(username) ?? null,
    taken: async (usernames) => new Set(usernames.filter(named)),
    async change(id, decide) {
      const { learner, happened } = decide(kept.get(id) ?? null)
      const holder = named(learner.username)
      if (holder && holder.id !== id) throw new UsernameInUse()
      kept.set(id, learner)
      told.push(...happened)
      return learner
    },
    erase: async (id) => void kept.delete(id),
  }
}
