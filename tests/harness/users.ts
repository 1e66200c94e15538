import type { Happened, User, Users } from '@puchi/auth/domain/user'

/** Auth's port on a Map. */
export function usersInMemory(...rows: User[]) {
  const kept = new Map(rows.map((row) => [row.id, row]))
  const told: Happened[] = []
  const users: Users = {
    byIds: async (ids) => ids.map((id) => kept.get(id) ?? null),
    async change(id, decide) {
      const { user, happened = [] } = decide(kept.get(id) ?? null)
      kept.set(id, user)
      told.push(...happened)
      return user
    },
  }
  return { ...users, told, get: (id: string) => kept.get(id) }
}
