import { within as until } from '../within.ts'

/** Nothing came in time. */
export class Late extends Error {
  override readonly name = 'Late'
}

/** Rejects with Late when the work has no end after `ms`; the work itself goes on. */
export const within = <T>(ms: number, what: string, work: Promise<T>): Promise<T> =>
  until(ms, work, () => new Late(`${what}: not done within ${ms} ms`))
