import { LRUCache } from 'lru-cache'

/** What all variants of a version have room for together, in fields: one that is planned and compiled is a kilobyte. */
const mostFields = 60_000
/** What a variant takes whatever it asks. */
const least = 30

/** Holds variants as long as there is room: those that were used longest ago make place. */
export type VariantStore = {
  /** Whether there is room for a variant of so many fields; `drop` is called when it makes place. */
  add(variant: object, fields: number, drop: () => unknown): boolean
  use(variant: object): void
}

export function createVariantStore(maxSize: number = mostFields): VariantStore {
  const held = new LRUCache<object, () => unknown>({ maxSize, dispose: (drop) => void drop() })
  return {
    add: (variant, fields, drop) => held.set(variant, drop, { size: fields + least }).has(variant),
    use: (variant) => void held.get(variant),
  }
}
