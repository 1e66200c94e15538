/** The work was not done in time. */
export class Late extends Error {
  override readonly name = 'Late'
}

/** What the work comes to; rejects with Late where that takes longer than `ms` milliseconds. The work itself goes on. */
export async function within<T>(ms: number, what: string, work: Promise<T>): Promise<T> {
  const { promise: end, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Late(`${what}: not done within ${ms} ms`)), ms)
  try {
    return await Promise.race([work, end])
  } finally {
    clearTimeout(timer)
  }
}
