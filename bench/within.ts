/** What a piece of work comes to. Throws where it takes longer than so many milliseconds; the work itself goes on. */
export async function within<Result>(ms: number, what: string, work: Promise<Result>): Promise<Result> {
  const { promise, reject } = Promise.withResolvers<never>()
  const late = setTimeout(() => reject(new Error(`${what} took more than ${Math.round(ms / 1_000)} s`)), ms)
  return Promise.race([work, promise]).finally(() => clearTimeout(late))
}
