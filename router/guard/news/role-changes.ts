import { roleGranted, roleRevoked } from '@puchi/schema/events'
import type { Event } from '@puchi/schema/events/envelope'
import { LRUCache } from 'lru-cache'

/** Whose roles changed while a token of theirs may still be good. */
export type RoleChanges = {
  /** Takes one event of auth. */
  hear(event: Pick<Event, 'type' | 'data'>): void
  /** Whether a user's roles changed at that time (milliseconds since 1970) or later. */
  since(userId: string, time: number): boolean
}

const most = 100_000
const changes = new Set([roleGranted.key, roleRevoked.key])

/** Remembers changes for as long as a token can live: who comes later comes with the roles of then. */
export function createRoleChanges(seconds: number): RoleChanges {
  const times = new LRUCache<string, number>({ max: most, ttl: seconds * 1_000 })
  return {
    hear({ type, data }) {
      if (changes.has(type)) times.set(data.userId, Date.now())
    },
    since: (userId, time) => (times.get(userId) ?? Number.NEGATIVE_INFINITY) >= time,
  }
}
