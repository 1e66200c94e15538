// npm run faults             the long form of every row that tests/faults holds, one file after another
// npm run faults -- R8 R24   these rows alone
// Both write tests/faults/RESULTS.md, where rows that did not run stay as they were.
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { arch, cpus, tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { root } from '../../dev/subgraphs.ts'
import { needs } from '../needs.ts'

// The chaos alone takes three times ten minutes at worst, and a while to settle.
process.env['TEST_FILE_SECONDS'] ||= '2400'
const { runFile } = await import('../run-file.ts')

type Row = { row: string; title: string; outcome: string; seconds: number }

const isRow = (word: string) => /^[A-Z]+\d+$/.test(word)
const rowOf = (title: string): string => title.split(' ').filter(isRow).join(' ')

const wanted = process.argv.slice(2)
const files = globSync('tests/faults/*.test.ts', { cwd: root })
  .sort()
  .map((file) => join(root, file))
  .filter((file) => wanted.length === 0 || wanted.some((row) => names(file, row)))

function names(file: string, row: string): boolean {
  return new RegExp(`test\\(\\s*['"\`][^'"\`]*\\b${row}\\b`).test(readFileSync(file, 'utf8'))
}

const isWanted = ({ row }: Row) => wanted.length === 0 || row.split(' ').some((one) => wanted.includes(one))

async function run(env: NodeJS.ProcessEnv): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'puchi-faults-'))
  const rows: Row[] = []
  for (const file of files) {
    const { told, broken, output, seconds } = await runFile(file, { folder, env, stopped: stop.signal })
    if (stop.signal.aborted) break
    const all: Row[] = told.map(({ kind, title }) => ({ row: rowOf(title), title, outcome: kind, seconds }))
    if (broken) all.push({ row: '', title: relative(root, file), outcome: `failed: ${broken}`, seconds })
    if (all.some(({ outcome }) => outcome.startsWith('failed'))) process.stderr.write(output)
    for (const one of all) console.log(`${one.outcome}: ${one.title}`)
    for (const one of told) if (one.kind === 'failed') console.error(one.why)
    rows.push(...all.filter((one) => one.row === '' || isWanted(one)))
    writeFileSync(results, report(rows))
  }
  rmSync(folder, { recursive: true })
  return rows
}

const results = join(root, 'tests/faults/RESULTS.md')
const machine = `${process.platform} ${arch()}, ${cpus().length} × ${cpus()[0]?.model.trim()}, Node ${process.version}`
const today = new Date().toISOString().slice(0, 10)
const isLine = (line: string) => /^\| [A-Z]+\d/.test(line)
const earlier = existsSync(results) ? readFileSync(results, 'utf8').split('\n').filter(isLine) : []

/** Of a row its name and what holds: by these a later run finds it again. */
const nameOf = (line: string): string => line.split(' | ').slice(0, 2).join()

function lineOf({ row, title, outcome, seconds }: Row): string {
  const what = title.split(' ').filter((word) => !isRow(word))
  const cells = [row, what.join(' ').replaceAll('|', '\\|'), outcome, seconds.toFixed(), today, machine]
  return `| ${cells.join(' | ')} |`
}

function report(rows: readonly Row[]): string {
  const now = rows.map(lineOf)
  const kept = earlier.filter((line) => !now.some((one) => nameOf(one) === nameOf(line)))
  const inOrder = new Intl.Collator('en', { numeric: true }).compare
  return `# Faults, in their long form

Written by \`npm run faults\`. The seconds are those of the whole file in which the row stands.

| row | what holds | outcome | seconds | on | machine |
|---|---|---|---|---|---|
${[...kept, ...now].sort(inOrder).join('\n')}
`
}

const stop = new AbortController()
process.on('SIGINT', () => stop.abort()).on('SIGTERM', () => stop.abort())
if (files.length === 0) throw new Error(`No test is named after ${wanted.join(' ')}.`)
await using held = new AsyncDisposableStack()
const env = { ...process.env, FAULTS: 'full', RUNS: '1000' }
for (const need of needs) {
  const { env: given, close } = await need()
  held.defer(close)
  Object.assign(env, given)
}
const rows = await run(env)
const isWell = !stop.signal.aborted && rows.length > 0 && rows.every(({ outcome }) => outcome === 'passed')
process.exitCode = isWell ? 0 : 1
