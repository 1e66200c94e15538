import type { User, Users } from '@puchi/auth/domain/user'

/** Auth's port on a Map. */
export function usersInMemory(...rows: User[]): Users & { get(id: string): User | undefined } {
  const kept = new Map(rows.map((row) => [row.id, row]))
  return {
    get: (id) => kept.get(id),
    byIds: async (ids) => ids.map((id) => kept.get(id) ?? null),
    async change(id, decide) {
      const { user } = decide(kept.get(id) ?? null)
      kept.set(id, user)
      return user
    },
  }
}
