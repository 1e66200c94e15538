// npm run bench:live [-- --json] [--ms N] [--only ours,bare] [--counts 1,1000] [--no-stack]
// Ours, Hive Gateway and bare `ws` with the same event: what a delivery and an idle subscriber cost, and how late a frame is.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { compose } from '../dev/compose.ts'
import type { Happen } from './live/event.ts'
import { type Cell, latency, measure, startClients } from './live/measure.ts'
import { type Figures, report } from './live/report.ts'
import { type Server, type ServerName, serverNames, startServer } from './live/servers.ts'
import { endToEnd } from './live/stack.ts'
import { installPeers, type Part } from './router/gateways.ts'

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    ms: { type: 'string', default: '2000' },
    only: { type: 'string' },
    counts: { type: 'string', default: '1,1000,5000' },
    'no-stack': { type: 'boolean', default: false },
  },
})
const ms = Number(values.ms)
const counts = values.counts.split(',').map(Number)
const chosen = (values.only?.split(',') as ServerName[] | undefined) ?? serverNames
// Whoever is slowest comes last: what was measured by then is told all the same.
const longest = 6 * 60_000

if (chosen.includes('hive')) installPeers()
const scratch = mkdtempSync(join(tmpdir(), 'puchi-bench-'))
const graph = fork(join(import.meta.dirname, 'live/graph.ts'), { execArgv: [] })
const clients = startClients()
const figures: Figures = { cells: {}, latency: {} }
process.once('exit', () => {
  graph.kill()
  clients.stop()
  rmSync(scratch, { recursive: true, force: true })
})
const [parts] = (await once(graph, 'message')) as [Part[]]
const supergraph = join(scratch, 'supergraph.graphql')
writeFileSync(supergraph, compose(parts))

const late = setTimeout(() => {
  console.error(`it took more than ${longest / 60_000} minutes: the rest is left out`)
  finish()
}, longest)
if (!values['no-stack']) figures.stack = await endToEnd({ rate: 100, seconds: 5 }).catch(leftOut)
for (const name of chosen)
  for (const field of ['everyone', 'personal'] as const) {
    const server = await startServer(name, { child: graph, supergraph, parts })
    const kill = () => void server.close()
    process.once('exit', kill)
    await figuresOf(server, field)
    process.off('exit', kill)
    await server.close()
  }
clearTimeout(late)
finish()

function finish(): never {
  console.log(values.json ? JSON.stringify(figures) : report(figures, { ms, write: !values.only }))
  process.exit(0)
}

function leftOut(error: Error): undefined {
  console.error(error.message)
}

async function figuresOf(server: Server, field: Happen['field']): Promise<void> {
  await cell(server, { field, count: 50, ms: 300, base: 0 })
  const { rss: base } = await server.usage(true)
  if (field === 'everyone')
    figures.latency[server.name] = await latency(server, clients, { rate: 100, seconds: 5 })
  for (const count of counts) {
    const key = `${field} ${count}`
    figures.cells[key] ??= {}
    figures.cells[key][server.name] = await cell(server, { field, count, ms, base })
    console.error(key, server.name, JSON.stringify(figures.cells[key][server.name]))
  }
}

async function cell(server: Server, asked: Parameters<typeof measure>[2]): Promise<Cell | undefined> {
  try {
    return await measure(server, clients, asked)
  } catch (error) {
    return leftOut(error as Error)
  } finally {
    await clients.close()
    await pause(500)
  }
}
