// npm run schema:check                what changed since the release, and whom it breaks
// npm run schema:check -- --release   from now on compare with the schema and the operations of today
//   --project FOLDER                  look at another copy of the project
// Exits 0 where nothing breaks (warnings may stand), 1 where something does or a rule is broken, 2 where the
// subgraphs do not compose or a file cannot be read.
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { runCommand } from '@puchi/platform/run-command'
import { parse } from 'graphql'
import { apiSchema } from './client.ts'
import { compose } from './compose.ts'
import { release, released } from './released.ts'
import { accessChanges } from './schema-check/access.ts'
import { changes } from './schema-check/changes.ts'
import type { Finding } from './schema-check/finding.ts'
import { lint } from './schema-check/lint.ts'
import { currentOperations, manifest, releasedOperations, usesOf } from './schema-check/operations.ts'
import { lineOf } from './schema-check/place.ts'
import { root, subgraphs } from './subgraphs.ts'

/** All that there is to say of a folder with rover.yaml and schema/. Throws where its subgraphs do not compose. */
export async function check(folder: string): Promise<Finding[]> {
  const entries = subgraphs(`${folder}/rover.yaml`)
  const supergraph = released('supergraph.graphql')
  const current = currentOperations(folder)
  const operations = [...current, ...releasedOperations(released('operations.json').text, current)]
  const composed = compose(entries)
  const versions = { old: apiSchema(supergraph.text), now: apiSchema(composed) }
  const before = parse(supergraph.text)
  const uses = operations.map((operation) => usesOf(operation, versions.old))
  const place = (coordinate: string) => lineOf(coordinate, entries, before)
  return [
    ...(await changes(versions, { operations, uses }, place)),
    ...accessChanges({ before, now: parse(composed) }, uses, place),
    ...(await lint(entries)),
  ]
}

/** What a person reads, and the exit code that goes with it. */
export function report(findings: Finding[]): { said: string; status: 0 | 1 } {
  const lines = new Set(findings.map(({ place, level, text }) => `${place}: ${level}: ${text}`))
  const count = (level: Finding['level']) => findings.filter((one) => one.level === level).length
  const some = (level: Finding['level'], what: string) =>
    `${count(level)} ${what}${count(level) === 1 ? '' : 's'}`
  const sum = `${some('error', 'error')}, ${some('warning', 'warning')}, ${some('safe', 'safe change')}.`
  return { said: [...lines, sum].join('\n'), status: count('error') > 0 ? 1 : 0 }
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { release: { type: 'boolean' }, project: { type: 'string', default: root } },
  })
  if (values.release) {
    release('supergraph.graphql', compose(subgraphs()))
    release('operations.json', manifest(currentOperations(root)))
    return
  }
  const { said, status } = report(await check(resolve(values.project)))
  console.log(`${said}\nCompared with ${released('supergraph.graphql').where}.`)
  process.exitCode = status
}

if (import.meta.main) await runCommand(main, { failed: 2 })
