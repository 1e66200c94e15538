import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { goalsTable, keepReport, surroundings, versions } from '../report.ts'
import { type Effort, wakingOf } from './compare.ts'
import type { Figures, Row } from './figures.ts'
import { nodeOptions, timedStarts } from './gateways.ts'
import { goalsOf } from './goals.ts'

/** `stacks` are router, subgraphs and rules in one process, over PostgreSQL. */
export type Measured = { figures: Figures; stacks?: Figures; ran: Effort }

/** Writes bench/RESULTS.md and bench/RESULTS.svg; answers the text. */
export function writeReport(measured: Measured): string {
  const { figures } = measured
  const text = reportOf(measured)
  keepReport({ name: 'RESULTS.md', mark: 'bench' }, text, summary(figures))
  writeFileSync(join(import.meta.dirname, '../RESULTS.svg'), chart(figures))
  return text
}

/** The report as Markdown. */
export const reportOf = ({ figures, stacks, ran }: Measured): string => `# The router beside its peers

Written by \`npm run bench\`: ${ran.rounds} interleaved rounds of ${ran.ms} ms at 16 connections (medians),
after ${ran.warmUp} ms each to warm up and ${wakingOf(ran)} ms to wake up before each round.
Answers are compared byte for byte first: who answers otherwise is left out. Every request carries an
Authorization of its own. CPU is that of the gateway's process by request; p50 is at one connection; RSS is
what the process holds after all of it; the start is the median of ${timedStarts}, in turns. All have the compile cache
and the \`${nodeOptions.NODE_OPTIONS}\` that our image sets.

${surroundings()} Ours: \`--anonymous\`, every guard on; ours-identity is the stack's router: each token
checked, each fetch signed. Peers: ${versions()}.

![CPU by request](RESULTS.svg)

${goalsTable(goalsOf(figures))}

${Object.entries(figures).map(table).join('\n\n')}
${stacks ? endToEnd(stacks) : ''}`

const endToEnd = (stacks: Figures): string => `
## From client to PostgreSQL

Router, auth and user in one process beside the same rules and SQL behind stock parts (Apollo's gateway, its data source, its server, a token
check by jose), also in one process, on one embedded PostgreSQL, whose own CPU is not counted. Ours tells the other services of each change
meanwhile (outbox, broker); the stock one does not.

${Object.entries(stacks).map(table).join('\n\n')}
`

function table([query, rows]: [string, Record<string, Row>]): string {
  const ours = rows['ours']?.cpuUs ?? Number.NaN
  const lines = Object.entries(rows).map(
    ([name, { cpuUs, p50Ms, rssMb, startMs, failed }]) =>
      `| ${name} | ${cpuUs} | ${(cpuUs / ours).toFixed(2)} | ${p50Ms} | ${rssMb} | ${startMs} | ${failed} |`,
  )
  const head = `| ${query} | CPU µs | × ours | p50 ms | RSS MB | start to first answer ms | failed |\n|---|---|---|---|---|---|---|`
  return [head, ...lines].join('\n')
}

/** One row for each gateway, as the README shows it. */
function summary(figures: Figures): string {
  const queries = Object.keys(figures)
  const rows = Object.entries(figures['me'] ?? {}).map(([name, { rssMb, startMs }]) => {
    const cpu = queries.map((query) => figures[query]?.[name]?.cpuUs ?? '–')
    return `| ${[name, ...cpu, rssMb, startMs].join(' | ')} |`
  })
  const head = `| CPU µs a request | ${queries.join(' | ')} | RSS MB | start to first answer ms |`
  return [head, `|${'---|'.repeat(queries.length + 3)}`, ...rows].join('\n')
}

const [left, wide, high] = [160, 500, 22]

function chart(figures: Figures): string {
  let y = 10
  const bars = Object.entries(figures).map(([query, rows]) => {
    const most = Math.max(...Object.values(rows).map(({ cpuUs }) => cpuUs))
    const title = `<text x="10" y="${y + 15}" font-weight="bold">${query}: CPU µs a request</text>`
    y += 26
    const lines = Object.entries(rows).map(([name, { cpuUs }]) => {
      const width = Math.max(1, (cpuUs / most) * wide)
      const fill = name === 'ours' ? '#c0392b' : '#7f8c8d'
      const bar = `<text x="${left - 8}" y="${y + 14}" text-anchor="end">${name}</text><rect x="${left}" y="${y}" width="${width.toFixed(1)}" height="${high - 5}" fill="${fill}"/><text x="${left + width + 6}" y="${y + 14}">${cpuUs}</text>`
      y += high
      return bar
    })
    y += 12
    return [title, ...lines].join('\n')
  })
  const size = `width="${left + wide + 80}" height="${y}"`
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size} font-family="sans-serif" font-size="13" role="img"><title>CPU of each gateway by request</title><rect width="100%" height="100%" fill="#fff"/>\n${bars.join('\n')}\n</svg>\n`
}
