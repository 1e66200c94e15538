import { LRUCache } from 'lru-cache'

/** Work that is done once for a key, as far as the last `max` keys are remembered. */
export type Once = {
  /** Resolves when the work for the key is done, now or earlier. What failed is done again at the next call. */
  (key: string): Promise<void>
  /** Forgets a key in `ms` from now, so that its work is done again. */
  forget(key: string, ms: number): void
}

export function oncePerKey(work: (key: string) => Promise<void>, max = 50_000): Once {
  const seen = new LRUCache<string, Promise<void>>({ max })
  const begin = (key: string) => {
    const done = work(key).catch((error: unknown) => {
      seen.delete(key)
      throw error
    })
    seen.set(key, done)
    return done
  }
  const once = (key: string) => seen.get(key) ?? begin(key)
  const forget = (key: string, ms: number) => {
    const done = seen.get(key)
    if (done) seen.set(key, done, { ttl: ms })
  }
  return Object.assign(once, { forget })
}
