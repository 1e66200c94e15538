import { createContext, Script } from 'node:vm'

const context = createContext({ work: () => undefined })
const script = new Script('work()')

/**
 * Runs synchronous work that may not end, and stops it after a while: some valid queries over interface objects send
 * the planner round a circle of fetches that only ends with the memory.
 */
export function inTime<Result>(milliseconds: number, work: () => Result): Result {
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
  if (result) return result.value
  throw new Error(`No end after ${milliseconds} ms`)
}
