// npm run rover:compose             composes with Apollo's own tool, and prints the supergraph
// npm run rover:check -- user       asks Apollo GraphOS whether a subgraph's schema breaks its clients
// npm run rover:publish -- user     makes it known there
// npm run rover:dev                 Apollo's router on rover.yaml
// check and publish need APOLLO_KEY and APOLLO_GRAPH_REF.
import { spawnSync } from 'node:child_process'
import { runCommand } from '@puchi/platform/run-command'
import { variable } from './places.ts'
import { root, subgraphs } from './subgraphs.ts'

const rover = '@apollo/rover@0.41.0'

/** rover's own arguments; throws where something is missing. */
export function roverArguments(
  command: string | undefined,
  name: string | undefined,
  env = process.env,
): string[] {
  if (command === 'compose') return ['supergraph', 'compose', '--config', 'rover.yaml']
  if (command === 'dev') return ['dev', '--supergraph-config', 'rover.yaml']
  if (command !== 'check' && command !== 'publish') throw new Error('Use compose, check, publish or dev.')
  const entry = subgraphs().find((one) => one.name === name)
  if (!entry) throw new Error(`Name one of ${subgraphs().map((one) => one.name)}.`)
  if (!env['APOLLO_KEY'] || !env['APOLLO_GRAPH_REF'])
    throw new Error('Set APOLLO_KEY and APOLLO_GRAPH_REF first.')
  const place = [env['APOLLO_GRAPH_REF'], '--name', entry.name, '--schema', entry.file]
  const where = env[variable(entry.name, 'URL')] || entry.url
  return ['subgraph', command, ...place, ...(command === 'publish' ? ['--routing-url', where] : [])]
}

function main([command, name]: string[]): void {
  if (['compose', 'dev'].includes(command ?? '') && !process.env['APOLLO_ELV2_LICENSE'])
    throw new Error(
      'rover composes with a binary under the Elastic License 2.0. To accept it: APOLLO_ELV2_LICENSE=accept',
    )
  const args = ['--yes', rover, ...roverArguments(command, name)]
  process.exitCode = spawnSync('npx', args, { cwd: root, stdio: 'inherit' }).status ?? 1
}

if (import.meta.main) await runCommand(() => main(process.argv.slice(2)))
