import { randomUUID } from 'node:crypto'
import type { RedisClientType } from '@redis/client'

/** Takes a place of a key that has `most`; undefined where all are taken. Returns how it is given back. */
export type Take = (key: string, most: number) => Promise<(() => void) | undefined>

/** Who holds which places in this process. */
function createHeld() {
  const held = new Map<string, Set<string>>()
  return {
    all: held as ReadonlyMap<string, ReadonlySet<string>>,
    take(key: string, most: number): string | undefined {
      const ids = held.get(key) ?? new Set()
      if (ids.size >= most) return undefined
      const id = randomUUID()
      held.set(key, ids.add(id))
      return id
    },
    free(key: string, id: string): void {
      const ids = held.get(key)
      ids?.delete(id)
      if (ids?.size === 0) held.delete(key)
    },
  }
}

/** Takes places of this process alone, at once. */
export function placesAtOnce(): (...given: Parameters<Take>) => (() => void) | undefined {
  const held = createHeld()
  return (key, most) => {
    const id = held.take(key, most)
    return id === undefined ? undefined : () => held.free(key, id)
  }
}

/** Places of this process alone. */
export function placesHere(): Take {
  const take = placesAtOnce()
  return async (key, most) => take(key, most)
}

export type SharedPlaces = { take: Take; close(): void }

export type PlacesOptions = {
  client: Pick<RedisClientType, 'eval' | 'zRem' | 'on' | 'off'>
  /** Milliseconds for which a place is held without a word: those of a process that was killed are free then. */
  lease: number
  /** Bounds what is asked of the store. */
  soon<T>(work: Promise<T>): Promise<T>
  /** Hears that the store did not answer and this process counted alone. */
  alone(): void
}

// One sorted set for a key, each place with the moment until which it is held, by the store's own clock.
const script = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
local most = tonumber(ARGV[1])
if most > 0 and redis.call('ZCARD', KEYS[1]) >= most then return 0 end
for at = 3, #ARGV do redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[at]) end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1`

/** Places of all processes that share a store. What a process holds it says again and again, so a store that was away learns it. */
export function sharedPlaces({ client, lease, soon, alone }: PlacesOptions): SharedPlaces {
  const held = createHeld()
  const nameOf = (key: string) => `puchi:places:${key}`
  const hold = (key: string, most: number, ids: Iterable<string>) =>
    client.eval(script, { keys: [nameOf(key)], arguments: [String(most), String(lease), ...ids] })
  const renew = () => {
    for (const [key, ids] of held.all) hold(key, 0, ids).catch(() => {})
  }
  const renewing = setInterval(renew, lease / 3)
  client.on('ready', renew)

  /** Whether the others left this one; a process that hears nothing counts alone. */
  async function granted(key: string, most: number, id: string): Promise<boolean> {
    try {
      return (await soon(hold(key, most, [id]))) === 1
    } catch {
      alone()
      return true
    }
  }
  return {
    async take(key, most) {
      const id = held.take(key, most)
      if (id === undefined) return undefined
      const back = () => {
        held.free(key, id)
        // Where that is not heard the lease ends it.
        client.zRem(nameOf(key), id).catch(() => {})
      }
      if (await granted(key, most, id)) return back
      back() // it may have been renewed before it was refused
    },
    close() {
      clearInterval(renewing)
      client.off('ready', renew)
    },
  }
}
