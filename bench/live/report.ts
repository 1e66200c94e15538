import { type Goal, goalsTable, keepReport, ratio, surroundings, versions } from '../report.ts'
import { nodeOptions } from '../router/gateways.ts'
import type { Cell } from './measure.ts'
import type { EndToEnd } from './stack.ts'

/** A cell, or what kept a server from it. */
export type Taken = Cell | { stopped: string }

/** Cells by field and number of subscribers, then by server. */
export type Figures = {
  cells: Record<string, Record<string, Taken>>
  latency: Record<string, number>
  stack?: EndToEnd | undefined
}

/** Writes bench/LIVE.md, and its table into the README. */
export function keep(figures: Figures, ms: number): void {
  keepReport({ name: 'LIVE.md', mark: 'bench:live' }, reportOf(figures, ms), table(figures))
}

/** The report as Markdown. */
export const reportOf = (
  figures: Figures,
  ms: number,
): string => `# Subscriptions: the router beside Hive Gateway and a bare broadcast

Written by \`npm run bench:live\`: for each number of subscribers ${ms} ms of events, one after the other (\`everyone\`: one event to all;
\`personal\`: each its own, at most 100 at once), after a round to warm up. Every event is completed by one entity fetch; a frame of ours has
${frame(figures)} bytes. \`bare\` is \`ws\` alone, which sends the same frames and fetches nothing. Subscribers, subgraphs and servers are processes
of their own. CPU is that of the server's process by delivery, the median of five parts of that time; RSS is what one idle subscribed
connection adds, after a garbage collection. Each phase has its time: who needs longer stands here with how far it came.

${surroundings()} Ours: \`--anonymous\`, NODE_ENV=production. All with
\`${nodeOptions.NODE_OPTIONS}\`, as our image sets it.
Peers: ${versions(/hive\/gateway/)}, ws.

${goalsTable(goalsOf(figures))}

${table(figures)}

| from an event to its frame at 100 events/s, one subscriber | median ms |
|---|---|
${Object.entries(figures.latency)
  .map(([name, median]) => `| ${name} | ${median} |`)
  .join('\n')}
${stack(figures)}`

const cellOf = ({ cells }: Figures, key: string, name: string): Partial<Cell> => {
  const found = cells[key]?.[name]
  return found && 'cpuUs' in found ? found : {}
}

const frame = (figures: Figures) =>
  Object.keys(figures.cells).map((key) => cellOf(figures, key, 'ours').bytes)[0] ?? 134

function table(figures: Figures): string {
  const lines = Object.entries(figures.cells).flatMap(([key, servers]) =>
    Object.entries(servers).map(([name, taken]) => {
      const start = `| ${key.replace(' ', ' | ')} | ${name}`
      if ('stopped' in taken) return `${start} | ${taken.stopped} | | | |`
      const rss = Number(key.split(' ')[1]) < 100 ? '' : taken.rssKib.toFixed(1)
      const times = ratio(taken.cpuUs, cellOf(figures, key, 'bare').cpuUs) ?? ''
      return `${start} | ${taken.cpuUs.toFixed(1)} | ${times} | ${rss} | ${taken.lost} |`
    }),
  )
  const head = '| stream | subscribers | server | CPU µs a delivery | × bare | RSS KiB a connection | lost |'
  return [head, '|---|---|---|---|---|---|---|', ...lines].join('\n')
}

const stack = ({ stack: found }: Figures): string =>
  found
    ? `
Through the whole system (\`npm start -- --rabbitmq\`), ${found.learners} learners who follow their lesson, ${found.rate} mutations/s:
from the mutation's answer to the frame median ${found.afterAnswer.median} ms, p95 ${found.afterAnswer.p95}; from sending the mutation median ${found.afterSending.median} ms,
p95 ${found.afterSending.p95}. ${found.mutations} mutations, ${found.raised} of which raised the learner's progress; ${found.frames} frames of those came.
`
    : ''

function goalsOf(figures: Figures): Goal[] {
  const cpu = (key: string, name: string) => cellOf(figures, key, name).cpuUs
  const ours = cpu('everyone 1000', 'ours')
  const rounded = (value?: number) => (value === undefined ? undefined : Number(value.toFixed(1)))
  const rss = (field: string) => rounded(cellOf(figures, `${field} 5000`, 'ours').rssKib)
  return [
    {
      what: '1,000 shared: CPU by the bare broadcast’s',
      most: 2,
      value: ratio(ours, cpu('everyone 1000', 'bare')),
    },
    {
      what: '1,000 shared: Hive Gateway’s CPU by ours',
      least: 15,
      value: ratio(cpu('everyone 1000', 'hive'), ours),
    },
    { what: '1,000 personal: CPU µs an event', most: 1_000, value: rounded(cpu('personal 1000', 'ours')) },
    { what: '5,000 shared: RSS KiB an idle connection', most: 30, value: rss('everyone') },
    { what: '5,000 personal: RSS KiB an idle connection', most: 30, value: rss('personal') },
    {
      what: 'mutation committed to frame received at 100/s: median ms',
      most: 30,
      value: figures.stack?.afterAnswer.median,
    },
  ]
}
