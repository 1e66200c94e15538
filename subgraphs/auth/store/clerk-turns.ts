import { gate } from '@puchi/platform/live/gate'
import type { AtClerk } from '../domain/commands.ts'
import { clerkUnavailable } from './clerk.ts'

/**
 * Turns for the changes that ask Clerk before they are committed. Each holds a connection for as long as Clerk takes, so
 * that what the rules allowed still holds when Clerk has done it; all others wait here, where they hold none. Whoever
 * waited longer than `patience` milliseconds is refused.
 */
export function clerkTurns(most = 3, patience = 1_000): AtClerk {
  const pass = gate(most)
  return (work) => {
    const began = performance.now()
    return pass(() => {
      if (performance.now() - began > patience) throw clerkUnavailable(`no turn in ${patience} ms`)
      return work()
    })
  }
}
