// node dev/check-events.ts            exits 1 where an event's contract breaks what was released
// node dev/check-events.ts --release  writes today's contracts to schema/released/events.json
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { breaches, type Contracts, contracts } from './event-contracts.ts'
import { root } from './subgraphs.ts'

const file = 'schema/released/events.json'

const git = (...args: string[]): string =>
  execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })

/** As the merge base with origin/main has it; where git knows none, as it lies here. */
function released(): { contracts: Contracts; where: string } {
  try {
    const base = git('merge-base', 'HEAD', 'origin/main').trim()
    return { contracts: JSON.parse(git('show', `${base}:${file}`)), where: `${base.slice(0, 9)}:${file}` }
  } catch {
    return { contracts: JSON.parse(readFileSync(`${root}/${file}`, 'utf8')), where: file }
  }
}

function release(): void {
  mkdirSync(dirname(`${root}/${file}`), { recursive: true })
  writeFileSync(`${root}/${file}`, `${JSON.stringify(contracts(), null, 2)}\n`)
  console.log(`Wrote ${file}.`)
}

function check(): void {
  const { contracts: old, where } = released()
  const found = breaches(old, contracts())
  for (const breach of found) console.error(breach)
  console.log(`${found.length === 0 ? 'No' : found.length} breaking changes since ${where}.`)
  process.exitCode = found.length === 0 ? 0 : 1
}

if (process.argv.includes('--release')) release()
else check()
