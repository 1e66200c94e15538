import { Rejected } from '../broker.ts'
import { errorForLog } from '../log.ts'

/** Milliseconds before the second, third, fourth and fifth attempt. */
export const usualDelays: readonly number[] = [1_000, 10_000, 60_000, 300_000]

export type Verdict = { fate: 'retry'; delay: number } | { fate: 'dead'; reason: string }

/** What becomes of a delivery whose handler threw: one more attempt, or none when it is Rejected or was the last one. */
export function verdictOn(error: unknown, attempt: number, delays: readonly number[]): Verdict {
  const delay = delays[attempt - 1]
  if (error instanceof Rejected || delay === undefined) return { fate: 'dead', reason: reasonOf(error) }
  return { fate: 'retry', delay }
}

// Reasons are shown to people and kept for long: what looks like a secret or an e-mail is cut out as in the log.
function reasonOf(error: unknown): string {
  const { type = 'Error', message } = errorForLog(error) as { type?: string; message: string }
  return `${type}: ${message}`.slice(0, 1_000)
}
