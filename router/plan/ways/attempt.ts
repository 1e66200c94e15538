import { GraphQLError } from 'graphql'
import { busy, OutOfTime } from './in-time.ts'

/** One way to plan an operation, for at most so many milliseconds. Throws where it finds no plan. */
export type Way<Found> = (longest: number) => Found

/** Ways that are tried whatever the first one took: a machine may be busy with others when the planner goes in a circle. */
const sure = 2

/**
 * Tries one way after another for `longest` milliseconds of the processor in all, or as many more as a busy machine may
 * take for them. Throws the refusal of what has no plan in any.
 */
export function firstOf<Found>(ways: Iterable<Way<Found>>, longest: number): Found {
  const elapsed = stopwatch()
  let failure: unknown
  let late: OutOfTime | undefined
  let tried = 0
  for (const way of ways) {
    const left = longest - elapsed()
    if (failure && left < 1 && tried++ >= sure) {
      late ??= new OutOfTime(`No plan after ${longest} ms`)
      break
    }
    try {
      return way(Math.ceil(failure ? Math.min(Math.max(left, longest / 8), longest / 4) : longest / 2))
    } catch (error) {
      if (error instanceof OutOfTime) late ??= error
      // The first failure tells more than those of the detours.
      failure ??= error
    }
  }
  throw unplanned(failure, late)
}

/** Milliseconds of this thread since now; those on the clock count less, since others may have had them. */
function stopwatch(): () => number {
  const start = performance.now()
  const before = process.threadCpuUsage()
  return () => {
    const { user, system } = process.threadCpuUsage(before)
    return Math.max((user + system) / 1_000, (performance.now() - start) / busy)
  }
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
