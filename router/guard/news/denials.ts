import { randomUUID } from 'node:crypto'
import type { OnDenied } from '@puchi/platform/access/resolvers'
import type { Broker } from '@puchi/platform/broker'
import type { Viewer } from '@puchi/platform/identity/viewer'
import { type Log, requestScope } from '@puchi/platform/log'
import { accessDenied } from '@puchi/schema/events'
import { encode } from '@puchi/schema/events/envelope'
import { LRUCache } from 'lru-cache'

const minute = 60_000

/** Publishes what signed-in viewers were denied, once per user, field and minute; the request does not wait for it. */
export function createDenials(broker: Pick<Broker, 'publish'>, log: Log, now = Date.now): OnDenied {
  const told = new LRUCache<string, true>({ max: 50_000 })
  return (viewer, field) => {
    const key = `${viewer.userId} ${field} ${Math.floor(now() / minute)}`
    if (told.has(key)) return
    told.set(key, true)
    const message = denialOf(viewer, field, new Date(now()))
    broker.publish(message).catch((error: unknown) => {
      told.delete(key)
      log.warn({ err: error, field }, 'a denial could not be told')
    })
  }
}

function denialOf({ userId, sessionId }: Viewer, field: string, at: Date) {
  const id = randomUUID()
  const about = {
    id,
    occurredAt: at.toISOString(),
    correlationId: requestScope.getStore()?.requestId ?? id,
    actor: userId,
    aggregate: { id: userId, version: 0 },
  }
  const body = Buffer.from(encode(accessDenied, about, { userId, sessionId, field }))
  return { id, key: accessDenied.key, body }
}
