import type { Families } from './sum.ts'

/** What a worker says of itself. */
export type Report = { ready: boolean; degraded: string[]; metrics: Families }

/** What a worker says to its primary: the port that it listens on, and how it is whenever it is asked. */
export type Said = { listens: number } | { report: Report }

/** What the primary says to a worker. */
export type Told = 'report' | 'close'
