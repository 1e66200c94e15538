import { within as until } from '@puchi/platform/within'

/** What a piece of work comes to. Throws where it takes longer than so many milliseconds; the work itself goes on. */
export const within = <Result>(ms: number, what: string, work: Promise<Result>): Promise<Result> =>
  until(ms, work, () => new Error(`${what} took more than ${Math.round(ms / 1_000)} s`))
