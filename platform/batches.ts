type Waiting<T> = { item: T; resolve(): void; reject(error: unknown): void }

/**
 * Gathers what comes together, or while earlier work runs: one transaction, and one write to the disk, for up to `most`
 * items. A lonely item never waits for others. What `work` throws is thrown for every item of the batch.
 */
export function inBatches<T>(work: (items: T[]) => Promise<void>, most: number): (item: T) => Promise<void> {
  const waiting: Waiting<T>[] = []
  let running = false

  async function run(): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting.splice(0, most)
      await work(batch.map(({ item }) => item)).then(
        () => batch.forEach(({ resolve }) => void resolve()),
        (error: unknown) => batch.forEach(({ reject }) => void reject(error)),
      )
    }
    running = false
  }
  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject })
      if (running) return
      running = true
      // Not at once: what arrived in the same packet is handed over in this very turn.
      setImmediate(run)
    })
}
