import { semaphore } from './semaphore.ts'

export type Turn = <T>(work: () => Promise<T>) => Promise<T>

export type TurnsOptions = {
  /** How many pieces of work may run at once. */
  most: number
  /** How long, in milliseconds, somebody may wait for their turn; whoever waited longer is refused. */
  patience: number
  refusal: () => Error
}

/** Lets a few pieces of work run at once, first come first served, and refuses what waited too long instead of running it. */
export function turns({ most, patience, refusal }: TurnsOptions): Turn {
  const pass = semaphore(most)
  return (work) => {
    const came = performance.now()
    return pass(() => {
      if (performance.now() - came > patience) throw refusal()
      return work()
    })
  }
}
