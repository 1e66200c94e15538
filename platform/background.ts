/** Work that runs beside whoever began it. */
export type Background = {
  /** Takes up work, which says itself what becomes of a failure: it must never reject. */
  add(work: Promise<void>): void
  /** Waits for all that is under way. */
  close(): Promise<void>
}

export function createBackground(): Background {
  const running = new Set<Promise<void>>()
  return {
    add(work) {
      running.add(work)
      work.finally(() => running.delete(work))
    },
    close: async () => void (await Promise.all(running)),
  }
}
