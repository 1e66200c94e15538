type Hold = { until: number; attempts: number }

const first = 500
const longest = 30_000
const most = 10_000

/** Aggregates whose oldest event cannot be published now, each with a pause that grows from 0.5 to 30 s. */
export function createHolds(now: () => number = Date.now) {
  const holds = new Map<string, Hold>()
  return {
    hold(aggregateId: string): void {
      const attempts = (holds.get(aggregateId)?.attempts ?? 0) + 1
      holds.delete(aggregateId)
      holds.set(aggregateId, { until: now() + Math.min(first * 2 ** (attempts - 1), longest), attempts })
      // Forgetting the oldest costs a try too early, no more.
      if (holds.size > most) holds.delete(holds.keys().next().value ?? '')
    },
    free: (aggregateId: string): void => void holds.delete(aggregateId),
    /** The ids to leave alone now. */
    held(): string[] {
      const time = now()
      return Array.from(holds).flatMap(([id, { until }]) => (until > time ? [id] : []))
    },
  }
}
