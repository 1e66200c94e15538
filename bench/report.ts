import { readFileSync, writeFileSync } from 'node:fs'
import { cpus, loadavg, totalmem } from 'node:os'
import { join } from 'node:path'

/** What we want to be. */
export type Goal = { what: string; least?: number; most?: number; value: number | undefined }

const began = { at: new Date(), load: loadavg()[0] ?? 0 }

/** When and on what it ran. */
export const surroundings =
  (): string => `${began.at.toISOString().slice(0, 16)} UTC, ${cpus().length} × ${cpus()[0]?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB, load ${began.load.toFixed(1)} at the beginning and ${loadavg()[0]?.toFixed(1)} at the end
(the bench itself makes about 2), Node ${process.version}.`

/** Names and versions of the peers' packages that are meant. */
export function versions(meant = /./): string {
  const { dependencies } = JSON.parse(
    readFileSync(join(import.meta.dirname, 'gateways/package.json'), 'utf8'),
  )
  return Object.entries(dependencies)
    .filter(([name]) => meant.test(name))
    .map(([name, version]) => `${name} ${version}`)
    .join(', ')
}

/** Goals as a table of what we are. */
export function goalsTable(goals: readonly Goal[]): string {
  const lines = goals.map(({ what, least, most, value }) => {
    const met = value !== undefined && value >= (least ?? value) && value <= (most ?? value)
    const bound = least === undefined ? `≤ ${most}` : `≥ ${least}`
    return `| ${what} | ${bound} | ${value === undefined ? 'not measured' : `${value} ${met ? '' : '(missed)'}`} |`
  })
  return ['| goal | wanted | measured |', '|---|---|---|', ...lines].join('\n')
}

export const ratio = (one?: number, other?: number): number | undefined =>
  one === undefined || other === undefined ? undefined : Number((one / other).toFixed(2))

/** Writes a report beside this file, and its summary where the README has the mark for it. */
export function keepReport(
  { name, mark }: { name: string; mark: string },
  text: string,
  summary: string,
): void {
  writeFileSync(join(import.meta.dirname, name), text)
  const readme = join(import.meta.dirname, '../README.md')
  const place = new RegExp(`(<!-- ${mark} -->).*(<!-- /${mark} -->)`, 's')
  writeFileSync(readme, readFileSync(readme, 'utf8').replace(place, `$1\n${summary}\n$2`))
}
