import { Pool } from 'undici'
import type { Figures, Row } from './figures.ts'
import { type Gateway, withIdentity } from './gateways.ts'
import { askOnce, load, median, type Sample } from './load.ts'
import type { Query } from './queries.ts'

export type Effort = { rounds: number; ms: number }

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
  for (const gateway of gateways) {
    const { rss } = await gateway.usage()
    for (const rows of Object.values(figures))
      Object.assign(rows[gateway.name] ?? {}, { rssMb: Math.round(rss / 2 ** 20) })
  }
  return figures
}

type Contest = { gateways: readonly Gateway[]; body: string; effort: Effort }

/** Who answers as the first one does, byte for byte, is measured in turns with the others. */
async function compareOn(query: string, { gateways, body, effort }: Contest): Promise<Record<string, Row>> {
  const answers = new Map<Gateway, string>()
  for (const gateway of gateways) answers.set(gateway, await answerOf(gateway, body))
  const expected = [...answers.values()][0] ?? ''
  const equal = gateways.filter((one) => answers.get(one) === expected)
  for (const one of gateways.filter((each) => !equal.includes(each)))
    console.error(
      `${query}: ${one.name} is left out, it answers otherwise: ${answers.get(one)?.slice(0, 160)}`,
    )
  const taken = new Map(equal.map((one) => [one, { busy: [] as Sample[], alone: [] as Sample[] }]))
  for (const gateway of equal) await load(gateway, body, { ms: effort.ms * 3, connections: 16, expected })
  for (let round = 0; round < effort.rounds; round += 1)
    for (const [gateway, { busy, alone }] of taken) {
      const loaded = await load(gateway, body, { ms: effort.ms, connections: 16, expected })
      const single = await load(gateway, body, { ms: effort.ms / 3, connections: 1, expected })
      busy.push(loaded)
      alone.push(single)
    }
  return Object.fromEntries(
    [...taken].map(([gateway, { busy, alone }]) => [gateway.name, rowOf(gateway, busy, alone)]),
  )
}

async function answerOf(gateway: Gateway, body: string): Promise<string> {
  const pool = new Pool(new URL(gateway.url).origin)
  const ask = () => askOnce(pool, body, gateway.authorization())
  try {
    return await ask().catch(ask)
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
