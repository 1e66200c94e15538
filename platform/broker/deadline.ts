import { within } from '../within.ts'

/** Nothing came in time. */
export class Late extends Error {
  override readonly name = 'Late'
}

/** Rejects with Late when the work has no end after `ms`; the work itself goes on. */
export const withDeadline = <T>(ms: number, what: string, work: Promise<T>): Promise<T> =>
  within(ms, work, () => new Late(`${what}: not done within ${ms} ms`))
