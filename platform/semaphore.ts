/** Lets at most so many pieces of work run at once; the others wait, first come first served. */
export function semaphore(most: number): <T>(work: () => Promise<T> | T) => Promise<T> {
  const waiting: (() => void)[] = []
  let running = 0
  return async (work) => {
    if (running >= most) await new Promise<void>((resolve) => void waiting.push(resolve))
    else running += 1
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      if (next) next()
      else running -= 1
    }
  }
}
