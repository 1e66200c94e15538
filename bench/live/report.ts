import { readFileSync, writeFileSync } from 'node:fs'
import { cpus, loadavg, totalmem } from 'node:os'
import { join } from 'node:path'
import { folder } from '../router/gateways.ts'
import type { Cell } from './measure.ts'
import type { EndToEnd } from './stack.ts'

/** Cells by field and number of subscribers, then by server. */
export type Figures = {
  cells: Record<string, Record<string, Cell | undefined>>
  latency: Record<string, number>
  stack?: EndToEnd | undefined
}

/** Writes bench/LIVE.md; answers the text. */
export function report(figures: Figures, { ms, write }: { ms: number; write: boolean }): string {
  const { dependencies } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  const text = `# Subscriptions: the router beside Hive Gateway and a bare broadcast

Written by \`npm run bench:live\`: for each number of subscribers ${ms} ms of events, one after the other (\`everyone\`: one event to all;
\`personal\`: each its own, at most 100 at once), after a round to warm up. Every event is completed by one entity fetch; a frame of ours has
${frame(figures)} bytes. \`bare\` is \`ws\` alone, which sends the same frames and fetches nothing. Subscribers, subgraphs and servers are processes
of their own. CPU is that of the server's process by delivery; RSS is what one idle subscribed connection adds, after a garbage collection.

Machine: ${cpus().length} × ${cpus()[0]?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB, load ${loadavg()[0]?.toFixed(1)} at the end, Node ${process.version}.
Ours: \`--anonymous\`, NODE_ENV=production. Hive Gateway ${dependencies['@graphql-hive/gateway']}.

${table(figures)}

| from an event to its frame at 100 events/s, one subscriber | median ms |
|---|---|
${Object.entries(figures.latency)
  .map(([name, median]) => `| ${name} | ${median} |`)
  .join('\n')}
${stack(figures)}
## Goals

${goals(figures).join('\n')}
`
  if (write) writeFileSync(join(import.meta.dirname, '../LIVE.md'), text)
  return text
}

const frame = ({ cells }: Figures) => cells['everyone 1']?.['ours']?.bytes ?? 134

function table({ cells }: Figures): string {
  const lines = Object.entries(cells).flatMap(([key, servers]) => {
    const [field, count] = key.split(' ')
    const bare = servers['bare']?.cpuUs ?? Number.NaN
    return Object.entries(servers).map(([name, cell]) => {
      if (!cell) return `| ${field} | ${count} | ${name} | not all of them reached in 20 s | | | |`
      const rss = Number(count) < 100 ? '' : cell.rssKib.toFixed(1)
      const times = (cell.cpuUs / bare).toFixed(1)
      return `| ${field} | ${count} | ${name} | ${cell.cpuUs.toFixed(1)} | ${times} | ${rss} | ${cell.lost} |`
    })
  })
  const head = '| stream | subscribers | server | CPU µs a delivery | × bare | RSS KiB a connection | lost |'
  return [head, '|---|---|---|---|---|---|---|', ...lines].join('\n')
}

const stack = ({ stack: found }: Figures): string =>
  found
    ? `
Through the whole system (\`npm start -- --rabbitmq\`), ${found.learners} learners who follow their lesson, ${found.rate} mutations/s:
from the mutation's answer to the frame median ${found.afterAnswer.median} ms, p95 ${found.afterAnswer.p95}; from sending the mutation median ${found.afterSending.median} ms,
p95 ${found.afterSending.p95}; ${found.frames} of ${found.mutations} frames came.
`
    : ''

function goals({ cells, stack: found }: Figures): string[] {
  const at = (key: string, name: string) => cells[key]?.[name]?.cpuUs ?? Number.NaN
  const ours = at('everyone 1000', 'ours')
  const rss = cells['everyone 5000']?.['ours']?.rssKib ?? Number.NaN
  const said = (what: string, value: number, unit: string, reached: boolean) =>
    Number.isNaN(value)
      ? []
      : [`- ${what}: ${value.toFixed(1)}${unit}, ${reached ? 'reached' : 'NOT reached'}`]
  const times = ours / at('everyone 1000', 'bare')
  const less = at('everyone 1000', 'hive') / ours
  const own = at('personal 1000', 'ours')
  const late = found?.afterAnswer.median ?? Number.NaN
  return [
    ...said('1,000 shared, at most 2.0 × the bare broadcast', times, ' ×', times <= 2),
    ...said('1,000 shared, at least 15 × less than Hive Gateway', less, ' ×', less >= 15),
    ...said('personal streams, at most 1 ms CPU an event', own / 1_000, ' ms', own <= 1_000),
    ...said('at most 30 KiB RSS for an idle subscribed connection', rss, ' KiB', rss <= 30),
    ...said('mutation committed to frame received, median under 30 ms at 100/s', late, ' ms', late < 30),
  ]
}
