import { Pool } from 'undici'
import { median } from '../percentile.ts'
import type { Figures, Row } from './figures.ts'
import { type Gateway, withIdentity } from './gateways.ts'
import { askOnce, type Body, load, type Sample, textOf } from './load.ts'
import type { Query } from './queries.ts'

/** Milliseconds, but for the number of rounds. Turns are short: a machine's slow moments then fall upon everybody. */
export type Effort = {
  rounds: number
  /** Of each sample. */
  ms: number
  /** How long each is asked before anything counts: the compiler is done with what a service runs all day. */
  warmUp: number
}

/** How long each is asked before each sample, so that nobody is measured as it wakes up. */
export const wakingOf = ({ ms }: Effort): number => ms / 2

/** Every query on every gateway, in turns. */
export async function compare(
  gateways: readonly Gateway[],
  asked: Readonly<Record<string, Query>>,
  effort: Effort,
): Promise<Figures> {
  const figures: Figures = {}
  for (const [name, query] of Object.entries(asked)) {
    // What identity costs does not depend on the query, and the stack's limits are narrower.
    const here = gateways.filter((one) => one.name !== withIdentity || name === 'me' || name === 'board')
    figures[name] = await compareOn(name, { gateways: here, body: JSON.stringify(query), effort })
  }
  await addMemory(figures, gateways)
  return figures
}

/** Adds what every process holds now. */
export async function addMemory(figures: Figures, gateways: readonly Gateway[]): Promise<void> {
  for (const gateway of gateways) {
    const { rss } = await gateway.usage()
    for (const rows of Object.values(figures))
      Object.assign(rows[gateway.name] ?? {}, { rssMb: Math.round(rss / 2 ** 20) })
  }
}

type Contest = { gateways: readonly Gateway[]; body: Body; effort: Effort }

/** Who answers as the first one does, byte for byte, is measured in turns with the others. */
export async function compareOn(
  query: string,
  { gateways, body, effort }: Contest,
): Promise<Record<string, Row>> {
  const answers = new Map<Gateway, string>()
  for (const gateway of gateways) answers.set(gateway, await answerOf(gateway, body))
  const expected = [...answers.values()][0] ?? ''
  // Changes have answers of their own: they may hold no error.
  const fits = (answer = '') =>
    typeof body === 'string'
      ? answer === expected
      : answer.startsWith('{"data":') && !answer.includes('"errors"')
  const equal = gateways.filter((one) => fits(answers.get(one)))
  for (const one of gateways.filter((each) => !equal.includes(each)))
    console.error(
      `${query}: ${one.name} is left out, it answers otherwise: ${answers.get(one)?.slice(0, 160)}`,
    )
  const taken = new Map(equal.map((one) => [one, { busy: [] as Sample[], alone: [] as Sample[] }]))
  for (const gateway of equal) await load(gateway, body, { ms: effort.warmUp, connections: 16, fits })
  for (let round = 0; round < effort.rounds; round += 1)
    for (const [gateway, { busy, alone }] of taken) {
      await load(gateway, body, { ms: wakingOf(effort), connections: 16, fits })
      const loaded = await load(gateway, body, { ms: effort.ms, connections: 16, fits })
      const single = await load(gateway, body, { ms: effort.ms / 3, connections: 1, fits })
      busy.push(loaded)
      alone.push(single)
    }
  return Object.fromEntries(
    [...taken].map(([gateway, { busy, alone }]) => [gateway.name, rowOf(gateway, busy, alone)]),
  )
}

async function answerOf(gateway: Gateway, body: Body): Promise<string> {
  const pool = new Pool(new URL(gateway.url).origin)
  const ask = () => askOnce(pool, textOf(body), gateway.authorization())
  try {
    // A first one may come upon a connection that was closed while nobody asked.
    await ask().catch(String)
    return await ask()
  } catch (error) {
    return String(error)
  } finally {
    await pool.destroy()
  }
}

function rowOf({ startMs }: Gateway, busy: Sample[], alone: Sample[]): Row {
  return {
    cpuUs: Math.round(median(busy.map(({ cpuUs }) => cpuUs))),
    p50Ms: Number(median(alone.map(({ p50Ms }) => p50Ms)).toFixed(2)),
    failed: [...busy, ...alone].reduce((sum, { failed }) => sum + failed, 0),
    startMs: Math.round(startMs),
  }
}
