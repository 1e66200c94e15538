/** What is worked on one after the other, in the order in which it came. */
export type InOrder<Item> = {
  /** False where too much waits already. */
  add(item: Item): boolean
  /** Does something once nothing is worked on any more: now, where that is so. */
  whenIdle(then: () => void): void
  /** Forgets what waits. */
  clear(): void
}

export function inOrder<Item>(most: number, work: (item: Item) => Promise<void>): InOrder<Item> {
  const waiting: Item[] = []
  let busy = false
  let atIdle: (() => void) | undefined

  async function pump(): Promise<void> {
    busy = true
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await work(item)
    busy = false
    waiting.length = 0 // an array that was shifted empty keeps its room
    atIdle?.()
  }
  return {
    add(item) {
      if (waiting.length >= most) return false
      waiting.push(item)
      if (!busy) void pump()
      return true
    },
    whenIdle(then) {
      atIdle = then
      if (!busy) then()
    },
    clear() {
      waiting.length = 0
    },
  }
}
