import { readFileSync, writeFileSync } from 'node:fs'
import { cpus, loadavg, totalmem } from 'node:os'
import { join } from 'node:path'
import { folder } from './gateways.ts'

export type Row = { cpuUs: number; p50Ms: number; failed: number; startMs: number; rssMb?: number }
/** By query, then by gateway. */
export type Figures = Record<string, Record<string, Row>>

const home = join(import.meta.dirname, '..')

/** Writes bench/RESULTS.md and bench/results.svg; answers the text. */
export function writeReport(figures: Figures, { rounds, ms }: { rounds: number; ms: number }): string {
  const text = `# The router beside its peers

Written by \`npm run bench\`: ${rounds} interleaved rounds of ${ms} ms at 16 connections (medians), after one round to warm up. Answers are compared byte
for byte first; every request carries an Authorization of its own. CPU is that of the gateway's process by request. p50 is at one connection.

Machine: ${cpus().length} × ${cpus()[0]?.model}, ${Math.round(totalmem() / 2 ** 30)} GiB, load ${loadavg()[0]?.toFixed(1)} at the end, Node ${process.version}.
Ours: \`--anonymous\`, NODE_ENV=production. Versions: ${versions()}.

![CPU by request](results.svg)

${Object.entries(figures).map(table).join('\n\n')}
`
  writeFileSync(join(home, 'RESULTS.md'), text)
  writeFileSync(join(home, 'results.svg'), chart(figures))
  return text
}

function versions(): string {
  const { dependencies } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  return Object.entries(dependencies)
    .map(([name, version]) => `${name} ${version}`)
    .join(', ')
}

function table([query, rows]: [string, Record<string, Row>]): string {
  const ours = rows['ours']?.cpuUs ?? Number.NaN
  const lines = Object.entries(rows).map(
    ([name, { cpuUs, p50Ms, rssMb, startMs, failed }]) =>
      `| ${name} | ${cpuUs} | ${(cpuUs / ours).toFixed(2)} | ${p50Ms} | ${rssMb} | ${startMs} | ${failed} |`,
  )
  const head = `| ${query} | CPU µs | × ours | p50 ms | RSS MB | start to first answer ms | failed |\n|---|---|---|---|---|---|---|`
  return [head, ...lines].join('\n')
}

const [left, wide, high] = [150, 520, 22]

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
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size} font-family="sans-serif" font-size="13"><rect width="100%" height="100%" fill="#fff"/>\n${bars.join('\n')}\n</svg>\n`
}
