// npm run bench:live [-- --json] [--ms N] [--only ours,bare] [--subscribers 50,200] [--no-stack]
// Ours, Hive Gateway and bare `ws` with the same event: what a delivery and an idle subscriber cost, and how late a frame is.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { within } from '@puchi/platform/within'
import { compose } from '../dev/compose.ts'
import type { Happen } from './live/event.ts'
import { latency, measure, patience, usage } from './live/measure.ts'
import { type Figures, keep, reportOf, type Taken } from './live/report.ts'
import { type Server, type ServerName, serverNames, startServer } from './live/servers.ts'
import { endToEnd } from './live/stack.ts'
import { startSubscribers } from './live/subscribers.ts'
import { installPeers, type Part } from './router/gateways.ts'

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    ms: { type: 'string', default: '2000' },
    only: { type: 'string' },
    subscribers: { type: 'string' },
    'no-stack': { type: 'boolean', default: false },
  },
})
const ms = Number(values.ms)
const counts = (values.subscribers ?? '1,1000,5000').split(',').map(Number)
const fields = ['everyone', 'personal'] as const
// Whoever is slowest comes last: when the time is up, what was measured by then is told all the same.
const longest = 10 * 60_000
const mostForPeers = 100_000
const mostForStack = 90_000

const chosen = ((values.only?.split(',') as ServerName[] | undefined) ?? serverNames).filter(
  (name) => name !== 'hive' || installed(),
)
const scratch = mkdtempSync(join(tmpdir(), 'puchi-bench-'))
const graph = fork(join(import.meta.dirname, 'live/graph.ts'), { execArgv: [] })
const clients = startSubscribers()
const figures: Figures = { cells: {}, latency: {} }
process.once('exit', () => {
  graph.kill()
  clients.stop()
  rmSync(scratch, { recursive: true, force: true })
})
const [parts] = (await once(graph, 'message')) as [Part[]]
const supergraph = join(scratch, 'supergraph.graphql')
writeFileSync(supergraph, compose(parts))

for (const field of fields)
  for (const count of counts)
    figures.cells[`${field} ${count}`] = Object.fromEntries(
      chosen.map((name) => [name, { stopped: 'not begun: the time was up' }]),
    )
const late = setTimeout(() => {
  console.error(`it took more than ${longest / 60_000} minutes: the rest is left out`)
  finish()
}, longest)
if (!values['no-stack'])
  figures.stack = await within(mostForStack, 'the whole system', endToEnd({ rate: 100, seconds: 5 })).catch(
    leftOut,
  )
for (const name of chosen) for (const field of fields) await serverOn(name, field).catch(leftOut)
clearTimeout(late)
finish()

function finish(): never {
  const whole = !values.only && !values.subscribers && !values['no-stack']
  console.log(values.json ? JSON.stringify(figures) : reportOf(figures, ms))
  if (whole) keep(figures, ms)
  process.exit(0)
}

function leftOut({ message }: Error): undefined {
  console.error(message)
}

function installed(): boolean {
  try {
    installPeers(mostForPeers)
    return true
  } catch (error) {
    console.error(`hive is left out: ${(error as Error).message}`)
    return false
  }
}

/** Measures a server of its own on one field, with more subscribers each time, until it comes to its limit. */
async function serverOn(name: ServerName, field: Happen['field']): Promise<void> {
  const server = await startServer(name, { child: graph, supergraph, parts })
  const kill = () => void server.close()
  process.once('exit', kill)
  try {
    await taken(server, { field, count: 50, ms: 300, base: 0 })
    const { rss: base } = await usage({ server, limits: patience }, true)
    if (field === 'everyone')
      figures.latency[name] = await latency({ server, clients, limits: patience }, { rate: 100, seconds: 5 })
    let before: Taken | undefined
    for (const count of counts) {
      const key = `${field} ${count}`
      if (before && 'stopped' in before) before = { stopped: 'not begun, after the one before' }
      else before = await taken(server, { field, count, ms, base })
      Object.assign(figures.cells[key] ?? {}, { [name]: before })
      console.error(key, name, JSON.stringify(before))
    }
  } finally {
    process.off('exit', kill)
    await server.close()
  }
}

async function taken(server: Server, asked: Parameters<typeof measure>[1]): Promise<Taken> {
  try {
    return await measure({ server, clients, limits: patience }, asked)
  } catch (error) {
    return { stopped: (error as Error).message }
  } finally {
    await clients.close().catch(leftOut)
    await pause(500)
  }
}
