import { type Goal, ratio } from '../report.ts'
import type { Figures, Row } from './figures.ts'
import { withIdentity } from './gateways.ts'

const times: Record<string, Record<string, number>> = {
  me: { stock: 6, hive: 9, 'hive-rust': 6, mercurius: 2, ideal: 0.85 },
  board: { stock: 5, hive: 15, 'hive-rust': 6, mercurius: 2, ideal: 0.8 },
}

/** What we want to be beside our peers. */
export function goalsOf(figures: Figures): Goal[] {
  const { me = {}, board = {} } = figures
  const { ours, stock } = me
  const cpu = Object.entries(times).flatMap(([query, peers]) =>
    Object.entries(peers).map(([peer, least]) => ({
      what: `${query}: CPU of ${peer} by ours`,
      least,
      value: ratio(figures[query]?.[peer]?.cpuUs, figures[query]?.['ours']?.cpuUs),
    })),
  )
  const extra = (rows: Record<string, Row>) => difference(rows[withIdentity]?.cpuUs, rows['ours']?.cpuUs)
  return [
    ...cpu,
    { what: 'me: µs more with identity on', most: 80, value: extra(me) },
    { what: 'board: µs more with identity on', most: 80, value: extra(board) },
    { what: 'me: p50 at one connection by stock', most: 0.5, value: ratio(ours?.p50Ms, stock?.p50Ms) },
    {
      what: 'board: p50 at one connection by stock',
      most: 0.5,
      value: ratio(board['ours']?.p50Ms, board['stock']?.p50Ms),
    },
    { what: 'RSS by stock', most: 0.7, value: ratio(ours?.rssMb, stock?.rssMb) },
    { what: 'start to first answer by stock', most: 1, value: ratio(ours?.startMs, stock?.startMs) },
  ]
}

const difference = (one?: number, other?: number): number | undefined =>
  one === undefined || other === undefined ? undefined : one - other
