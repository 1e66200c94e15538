import { over } from './feed.ts'

/** A stream of what `next` answers; `end` lets go what it holds, however its reader leaves it. */
export const endingWith = <T>(
  end: () => Promise<unknown>,
  next: () => Promise<IteratorResult<T, undefined>>,
): AsyncIterableIterator<T, undefined> => ({
  next,
  async return() {
    await end()
    return over
  },
  async throw(error) {
    await end()
    throw error
  },
  [Symbol.asyncIterator]() {
    return this
  },
})
