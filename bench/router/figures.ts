export type Row = { cpuUs: number; p50Ms: number; failed: number; startMs: number; rssMb?: number }

/** By query, then by gateway. */
export type Figures = Record<string, Record<string, Row>>
