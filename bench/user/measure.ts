import { median, percentile } from '../percentile.ts'

export type Took = { p50: number; p99: number }

/** The median and the 99th percentile of how long work took, in milliseconds. */
export async function timed(times: number, work: (i: number) => Promise<unknown>): Promise<Took> {
  const took: number[] = []
  for (let i = 0; i < times; i += 1) {
    const began = performance.now()
    await work(i)
    took.push(performance.now() - began)
  }
  return { p50: median(took), p99: percentile(took, 0.99) }
}

/** The beginning of a line of the report: what, and how long it took from here and back. */
export const row = (what: string, { p50, p99 }: Took): string =>
  `${what.padEnd(32)} p50 ${p50.toFixed(2)} ms  p99 ${p99.toFixed(2)} ms`
