import type { Identity } from '@puchi/platform/identity/viewer'
import { sessionRevoked, userDeleted, userSuspended, userUpdated } from '@puchi/schema/events'
import type { Event } from '@puchi/schema/events/envelope'
import { LRUCache } from 'lru-cache'

/** Who may not come in any more although their token is still good. */
export type Revocations = {
  /** Takes one event of auth. */
  hear(event: Pick<Event, 'type' | 'data'>): void
  has(identity: Identity): boolean
}

const most = 100_000
const endings = new Set([sessionRevoked.key, userSuspended.key, userDeleted.key])

/** Remembers ended sessions and users for as long as a token of theirs can live; a user who may act again is forgotten. */
export function createRevocations(seconds: number): Revocations {
  const ended = new LRUCache<string, true>({ max: most, ttl: seconds * 1_000 })
  return {
    hear({ type, data }) {
      const id = 'sessionId' in data ? String(data['sessionId']) : data.userId
      if (endings.has(type)) ended.set(id, true)
      if (type === userUpdated.key && 'status' in data && data.status === 'ACTIVE') ended.delete(id)
    },
    has: ({ userId, sessionId }) => ended.has(sessionId) || ended.has(userId),
  }
}
