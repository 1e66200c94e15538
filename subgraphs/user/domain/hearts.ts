export const mostHearts = 5
const refillMs = 4 * 3_600_000

export type Hearts = {
  hearts: number
  /** When `hearts` was true; refilling counts from here. */
  heartsAt: Date
}

/** How many hearts there are now: one comes back every four hours, up to five. */
export function heartsNow({ hearts, heartsAt }: Hearts, now: Date): number {
  const refilled = Math.floor(Math.max(0, now.getTime() - heartsAt.getTime()) / refillMs)
  return Math.min(mostHearts, hearts + refilled)
}

/** When the next heart comes back; null where all are there. */
export function nextHeartAt(hearts: Hearts, now: Date): Date | null {
  if (heartsNow(hearts, now) === mostHearts) return null
  const since = Math.max(0, now.getTime() - hearts.heartsAt.getTime())
  return new Date(hearts.heartsAt.getTime() + (Math.floor(since / refillMs) + 1) * refillMs)
}
