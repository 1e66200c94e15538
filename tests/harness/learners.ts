import { type Learner, type Learners, UsernameInUse } from '@puchi/user/domain/learner'

/** User's port on a Map. */
export function learnersInMemory(...rows: Learner[]): Learners & { all(): Learner[] } {
  const kept = new Map(rows.map((row) => [row.id, row]))
  const named = (username: string | null) =>
    username === null ? undefined : [...kept.values()].find((row) => row.username === username)
  return {
    all: () => [...kept.values()],
    byIds: async (ids) => ids.map((id) => kept.get(id) ?? null),
    byUsername: async (username) => named(username) ?? null,
    taken: async (usernames) => new Set(usernames.filter(named)),
    async change(id, decide) {
      const { learner } = decide(kept.get(id) ?? null)
      const holder = named(learner.username)
      if (holder && holder.id !== id) throw new UsernameInUse()
      kept.set(id, learner)
      return learner
    },
    erase: async (id) => void kept.delete(id),
  }
}
