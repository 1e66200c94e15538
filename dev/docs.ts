// npm run docs              writes the generated reference pages
// npm run docs -- --check   exits 1 where one is not what it would be now
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { runCommand } from '@puchi/platform/run-command'
import { environmentPage } from './docs/environment-page.ts'
import { errorsPage } from './docs/errors-page.ts'
import { eventsPage } from './docs/events-page.ts'
import { metricsPage } from './docs/metrics-page.ts'
import { schemaPage } from './docs/schema-page.ts'
import { root } from './subgraphs.ts'

const makers: Record<string, () => string | Promise<string>> = {
  'docs/environment.md': environmentPage,
  'docs/errors.md': errorsPage,
  'docs/events.md': eventsPage,
  'docs/metrics.md': metricsPage,
  'docs/schema.md': () => schemaPage(),
}

/** Every reference page as the code has it now, by its file. */
async function pages(): Promise<[file: string, text: string][]> {
  return Promise.all(
    Object.entries(makers).map(async ([file, make]) => [file, await make()] as [string, string]),
  )
}

/** The files of those pages that are not what they would be now. */
export async function stalePages(): Promise<string[]> {
  const isStale = ([file, text]: [string, string]) =>
    !existsSync(`${root}/${file}`) || readFileSync(`${root}/${file}`, 'utf8') !== text
  return (await pages()).filter(isStale).map(([file]) => file)
}

async function check(): Promise<void> {
  const stale = await stalePages()
  console.log(
    stale.length > 0
      ? `Out of date: ${stale.join(', ')}. Run: npm run docs`
      : 'The reference pages are in step.',
  )
  process.exitCode = stale.length > 0 ? 1 : 0
}

async function write(): Promise<void> {
  for (const [file, text] of await pages()) {
    mkdirSync(dirname(`${root}/${file}`), { recursive: true })
    writeFileSync(`${root}/${file}`, text)
    console.log(`Wrote ${file}.`)
  }
}

if (import.meta.main) await runCommand(process.argv.includes('--check') ? check : write)
