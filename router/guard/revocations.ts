import type { Broker, Message } from '@puchi/platform/broker'
import type { Log } from '@puchi/platform/log'
import type { Viewer } from '@puchi/platform/viewer'
import { sessionRevoked, userDeleted, userSuspended } from '@puchi/schema/events'
import { decode } from '@puchi/schema/events/envelope'
import { LRUCache } from 'lru-cache'

/** Who may not come in any more although their token is still good. */
export type Revocations = {
  /** Takes one event of auth. */
  hear(message: Pick<Message, 'body'>): void
  has(viewer: Viewer): boolean
}

const most = 100_000

/** Remembers ended sessions and users for as long as a token of theirs can live. */
export function createRevocations(seconds: number): Revocations {
  const ended = new LRUCache<string, true>({ max: most, ttl: seconds * 1_000 })
  return {
    hear({ body }) {
      const { data } = decode(body)
      ended.set('sessionId' in data ? String(data['sessionId']) : data.userId, true)
    },
    has: ({ userId, sessionId }) => ended.has(sessionId) || ended.has(userId),
  }
}

/** Lets what auth says of ended sessions and users reach the router within its own queue's time. */
export const listenToAuth = (broker: Broker, revocations: Revocations, log: Log) =>
  broker.listen([sessionRevoked.key, userSuspended.key, userDeleted.key], (message) => {
    try {
      revocations.hear(message)
    } catch (error) {
      log.error({ err: error, event: message.id }, 'an event of auth could not be read')
    }
  })
