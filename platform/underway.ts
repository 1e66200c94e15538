/** The work that a part has begun and does not wait for, until it closes. */
export type Underway = {
  size(): number
  /** Keeps work, which must not reject, until it is done; resolves then. */
  keep(work: Promise<void>): Promise<void>
  /** Resolves when what is kept now is done. */
  settled(): Promise<void>
}

export function createUnderway(): Underway {
  const kept = new Set<Promise<void>>()
  return {
    size: () => kept.size,
    keep(work) {
      const done = work.then(() => void kept.delete(done))
      kept.add(done)
      return done
    },
    settled: async () => void (await Promise.all(kept)),
  }
}
