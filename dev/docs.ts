// npm run docs              writes the generated reference pages
// npm run docs -- --check   exits 1 where one is not what it would be now
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { errorsPage } from './errors-page.ts'
import { eventsPage } from './events-page.ts'
import { root } from './subgraphs.ts'

const pages: Record<string, () => string> = {
  'docs/errors.md': errorsPage,
  'docs/events.md': eventsPage,
}

function check(): void {
  const stale = Object.entries(pages).filter(([file, page]) => {
    const path = `${root}/${file}`
    return !existsSync(path) || readFileSync(path, 'utf8') !== page()
  })
  const names = stale.map(([file]) => file).join(', ')
  console.log(names ? `Out of date: ${names}. Run: npm run docs` : 'The reference pages are in step.')
  process.exitCode = names ? 1 : 0
}

function write(): void {
  for (const [file, page] of Object.entries(pages)) {
    mkdirSync(dirname(`${root}/${file}`), { recursive: true })
    writeFileSync(`${root}/${file}`, page())
    console.log(`Wrote ${file}.`)
  }
}

if (process.argv.includes('--check')) check()
else write()
