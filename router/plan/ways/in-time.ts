import { createContext, Script } from 'node:vm'

const context = createContext({ work: () => undefined })
const script = new Script('work()')

/** Work that was stopped; a machine that is busy with less may end it. */
export class OutOfTime extends Error {}

/** What a machine that is busy with others may add to the time, once. */
export const busy = 4

/**
 * Runs synchronous work that may not end, and stops it after a while: some valid queries send the planner round a circle
 * of fetches that only ends with the memory. Work that got less than half of that time from
 * the processor is begun once more, with more of it: an answer must not depend on what else the machine does.
 */
export function inTime<Result>(milliseconds: number, work: () => Result): Result {
  const before = process.threadCpuUsage()
  const result = attempt(milliseconds, work)
  if (result) return result.value
  const { user, system } = process.threadCpuUsage(before)
  const starved = (user + system) / 1_000 < milliseconds / 2
  const again = starved ? attempt(milliseconds * busy, work) : undefined
  if (again) return again.value
  throw new OutOfTime(`No end after ${milliseconds} ms`)
}

function attempt<Result>(milliseconds: number, work: () => Result): { value: Result } | undefined {
  let result: { value: Result } | undefined
  context['work'] = () => {
    result = { value: work() }
  }
  try {
    script.runInContext(context, { timeout: milliseconds })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error
  } finally {
    context['work'] = undefined
  }
  return result
}
