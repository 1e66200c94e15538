// npm run bench [-- --json] [--rounds N] [--ms N] [--only ours,stock]   our router beside its peers on the same work
import { execFileSync, fork } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { Pool } from 'undici'
import { compose } from '../dev/compose.ts'
import { folder, type Gateway, names, type Part, startGateway } from './router/gateways.ts'
import { askOnce, load, median, type Sample } from './router/load.ts'
import { queries } from './router/queries.ts'
import { type Figures, type Row, writeReport } from './router/report.ts'

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '7' },
    ms: { type: 'string', default: '1500' },
    only: { type: 'string' },
  },
})
const [rounds, ms] = [Number(values.rounds), Number(values.ms)]
const chosen = values.only?.split(',') ?? names

if (!existsSync(join(folder, 'node_modules')))
  execFileSync('npm', ['ci', '--no-audit', '--no-fund'], { cwd: folder, stdio: ['ignore', 2, 2] })
const scratch = mkdtempSync(join(tmpdir(), 'puchi-bench-'))
const subgraphs = fork(join(folder, 'subgraphs.mjs'), { cwd: folder, execArgv: [] })
const [parts] = (await once(subgraphs, 'message')) as [Part[]]
const supergraph = join(scratch, 'supergraph.graphql')
writeFileSync(supergraph, compose(parts))

const gateways: Gateway[] = []
try {
  for (const name of chosen)
    await startGateway(name, { supergraph, parts }).then(
      (gateway) => gateways.push(gateway),
      (error: Error) => console.error(`${name} is left out: ${error.message}`),
    )
  const figures = await compare()
  if (values.json) console.log(JSON.stringify(figures))
  else console.log(writeReport(figures, { rounds, ms }))
} finally {
  await Promise.all(gateways.map((one) => one.close()))
  subgraphs.kill()
  rmSync(scratch, { recursive: true, force: true })
}

async function compare(): Promise<Figures> {
  const figures: Figures = {}
  for (const [name, asked] of Object.entries(queries))
    figures[name] = await compareOn(name, JSON.stringify(asked))
  for (const gateway of gateways) {
    const { rss } = await gateway.usage()
    for (const rows of Object.values(figures))
      Object.assign(rows[gateway.name] ?? {}, { rssMb: Math.round(rss / 2 ** 20) })
  }
  return figures
}

/** Who answers as the first one does, byte for byte, is measured in turns with the others. */
async function compareOn(query: string, body: string): Promise<Record<string, Row>> {
  const rows: Record<string, Row> = {}
  const answers = new Map<Gateway, string>()
  for (const gateway of gateways) answers.set(gateway, await answerOf(gateway, body))
  const expected = [...answers.values()][0] ?? ''
  const equal = gateways.filter((one) => answers.get(one) === expected)
  for (const one of gateways.filter((each) => !equal.includes(each)))
    console.error(`${query}: ${one.name} answers otherwise: ${answers.get(one)?.slice(0, 120)}`)
  const taken = new Map<Gateway, { busy: Sample[]; alone: Sample[] }>(
    equal.map((one) => [one, { busy: [], alone: [] }]),
  )
  for (let round = -1; round < rounds; round += 1)
    for (const [gateway, { busy, alone }] of taken) {
      const loaded = await load(gateway, body, { ms, connections: 16, expected })
      const single = await load(gateway, body, { ms: ms / 3, connections: 1, expected })
      if (round < 0) continue
      busy.push(loaded)
      alone.push(single)
    }
  for (const [gateway, { busy, alone }] of taken) rows[gateway.name] = rowOf(gateway, busy, alone)
  return rows
}

async function answerOf({ url }: Gateway, body: string): Promise<string> {
  const pool = new Pool(new URL(url).origin)
  try {
    return await askOnce(pool, body).catch(() => askOnce(pool, body))
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
