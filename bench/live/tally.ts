import { percentile } from '../percentile.ts'

/** A mutation that was answered, and when, in milliseconds. */
export type Report = {
  /** The same as that of its frame. */
  key: string
  at: number
  answered: number
  /** Whether progress rose by it. Of what was reported after something higher nobody is told, since nothing happened. */
  raised: boolean
}

type Spread = { median: number; p95: number }

export type Tally = {
  mutations: number
  raised: number
  /** Of those that raised something. */
  frames: number
  afterAnswer: Spread
  afterSending: Spread
}

/** How many frames came of those that were due, and how late; `came` says when. */
export function tally(reports: readonly Report[], came: ReadonlyMap<string, number>): Tally {
  const raised = reports.filter((report) => report.raised)
  const both = raised.flatMap(({ key, at, answered }) => {
    const arrived = came.get(key)
    return arrived === undefined ? [] : [{ sending: arrived - at, answer: arrived - answered }]
  })
  return {
    mutations: reports.length,
    raised: raised.length,
    frames: both.length,
    afterAnswer: spread(both.map(({ answer }) => answer)),
    afterSending: spread(both.map(({ sending }) => sending)),
  }
}

function spread(values: readonly number[]): Spread {
  const at = (part: number) => Number(percentile(values, part).toFixed(1))
  return { median: at(0.5), p95: at(0.95) }
}
