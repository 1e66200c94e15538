import { LRUCache } from 'lru-cache'

export type SessionCache<Value> = {
  get(sessionId: string): Value | undefined
  set(sessionId: string, value: Value): void
  /** Lets the sessions of a user go. */
  forget(userId: string): void
}

/** Keeps values of the `max` sessions used last. An event about one user costs as much as that user has sessions here. */
export function createSessionCache<Value extends { userId: string }>(max: number): SessionCache<Value> {
  const sessions = new Map<string, Set<string>>()
  const values = new LRUCache<string, Value>({
    max,
    dispose({ userId }, sessionId) {
      const own = sessions.get(userId)
      own?.delete(sessionId)
      if (own?.size === 0) sessions.delete(userId)
    },
  })
  return {
    get: (sessionId) => values.get(sessionId),
    set(sessionId, value) {
      values.set(sessionId, value) // disposes of what it replaces
      sessions.set(value.userId, (sessions.get(value.userId) ?? new Set()).add(sessionId))
    },
    forget(userId) {
      for (const sessionId of sessions.get(userId) ?? []) values.delete(sessionId)
    },
  }
}
