/** A stream that is pushed into. `return` ends it at once, also while somebody waits for its next item. */
export type Feed<T> = AsyncIterableIterator<T, undefined> & {
  push(item: T): void
  /** Takes back what nobody took yet. */
  clear(): T[]
  /** How much nobody took yet. */
  size(): number
}

type Taker<T> = (result: IteratorResult<T, undefined>) => void

export const over = { value: undefined, done: true } as const

// No async generator: one that waits in `await` hears `return` only after the next item came.
export function createFeed<T>(onEnd: () => void): Feed<T> {
  const waiting: T[] = []
  const takers: Taker<T>[] = []
  let isOver = false

  function end(): void {
    if (isOver) return
    isOver = true
    waiting.length = 0
    for (const take of takers.splice(0)) take(over)
    onEnd()
  }
  return {
    push(item) {
      const take = takers.shift()
      if (take) take({ value: item, done: false })
      else if (!isOver) waiting.push(item)
    },
    clear: () => waiting.splice(0),
    size: () => waiting.length,
    async next() {
      if (isOver) return over
      const [item] = waiting.splice(0, 1)
      if (item !== undefined) return { value: item, done: false }
      return new Promise<IteratorResult<T, undefined>>((resolve) => void takers.push(resolve))
    },
    async return() {
      end()
      return over
    },
    async throw(error) {
      end()
      throw error
    },
    [Symbol.asyncIterator]() {
      return this
    },
  }
}
