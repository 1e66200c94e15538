import { setTimeout as pause } from 'node:timers/promises'
import { outageOf } from '../database/outage.ts'

const longest = 4_000

/** Does what needs the database, while that is away again and again, ever less often; undefined where it `isOver` by then. */
export async function outlast<T>(work: () => Promise<T>, isOver: () => boolean): Promise<T | undefined> {
  for (let wait = 250; !isOver(); wait = Math.min(2 * wait, longest))
    try {
      return await work()
    } catch (error) {
      if (!outageOf(error)) throw error
      await pause(wait, undefined, { ref: false })
    }
  return undefined
}
