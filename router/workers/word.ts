import type { Families } from './sum.ts'

/** What a worker says of itself. */
export type Report = { ready: boolean; degraded: string[]; metrics: Families }

/**
 * What a worker says to its primary: the port that it listens on, how it is whenever it is asked, and which places it
 * takes, by numbers of its own, and gives back.
 */
export type Said =
  | { listens: number }
  | { report: Report }
  | { take: number; key: string; most: number }
  | { free: number }

/** What the primary says to a worker. */
export type Told = 'report' | 'close' | { taken: number; given: boolean }
