import { GraphQLError } from 'graphql'
import { OutOfTime } from './in-time.ts'

/** One way to plan an operation, for at most so many milliseconds. Throws where it finds no plan. */
export type Way<Found> = (longest: number) => Found

/** Tries one way after another for `longest` milliseconds in all. Throws the refusal of what has no plan in any. */
export function firstOf<Found>(ways: Iterable<Way<Found>>, longest: number): Found {
  const start = performance.now()
  let failure: unknown
  let late: OutOfTime | undefined
  for (const way of ways) {
    const left = longest - (performance.now() - start)
    if (failure && left < 1) {
      late ??= new OutOfTime(`No plan after ${longest} ms`)
      break
    }
    try {
      return way(Math.ceil(failure ? Math.min(left, longest / 4) : longest / 2))
    } catch (error) {
      if (error instanceof OutOfTime) late ??= error
      // The first failure tells more than those of the detours.
      failure ??= error
    }
  }
  throw unplanned(failure, late)
}

const unresolvable = {
  message: 'This operation cannot be resolved here: the planner found no plan over the subgraphs.',
  extensions: { code: 'UNRESOLVABLE_FIELD' },
}

function unplanned(failure: unknown, late: OutOfTime | undefined): GraphQLError {
  // The planner's own are not for clients.
  const known =
    failure instanceof GraphQLError && failure.extensions['code'] === unresolvable.extensions.code
      ? failure
      : undefined
  const { message, extensions } = known ?? unresolvable
  const originalError = late ?? (failure instanceof Error ? failure : null)
  return new GraphQLError(message, { extensions, originalError })
}

/** Whether a plan was only not found in time: another time it may be. */
export const isLate = (failure: unknown): boolean =>
  failure instanceof GraphQLError && failure.originalError instanceof OutOfTime
