// npm run new -- learning 8003   a new subgraph: files, entries, generated code; its tests pass at once
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { runCommand } from '@puchi/platform/run-command'
import { compose } from './compose.ts'
import { deploymentFiles } from './new/deployment.ts'
import {
  composeEnvLines,
  edgeEnvLine,
  envLines,
  type NewSubgraph,
  rabbitEntry,
  roverEntry,
  subgraphFiles,
} from './new/subgraph-files.ts'
import { placesIn } from './places.ts'
import { root, subgraphs } from './subgraphs.ts'

const at = (file: string): string => `${root}/${file}`

const usage = 'Use: npm run new -- NAME PORT, as in: npm run new -- learning 8003'

/** What the command line asks for, or the error that says why there is no place for it. Nothing is written yet. */
function asked([name = '', given = '']: string[]): NewSubgraph {
  const port = Number(given)
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name) || !(port >= 1024 && port + 100 <= 65_535))
    throw new Error(usage)
  const asking = { name, port }
  const clash = subgraphs().find((one) => one.name === name)
  if (clash) throw new Error(`There is ${name} at ${clash.url} already.`)
  if (name in npmScripts() || name in placesIn({})) throw new Error(`${name} means something else already.`)
  const file = Object.keys(subgraphFiles(asking)).find((path) => existsSync(at(path)))
  if (file) throw new Error(`There is ${file} already.`)
  portsMustBeNobodys(asking)
  mustCompose(asking)
  return asking
}

const npmScripts = (): object => JSON.parse(readFileSync(at('package.json'), 'utf8')).scripts

function portsMustBeNobodys({ port }: NewSubgraph): void {
  for (const [part, place] of Object.entries(placesIn({})))
    for (const taken of [place.port, place.adminPort])
      if (taken === port || taken === port + 100)
        throw new Error(`${taken} is ${part}'s port already; NAME takes PORT and, for operators, PORT + 100.`)
}

/** Throws where its first schema does not fit to the others', as of a name that they use for something else. */
function mustCompose(asking: NewSubgraph): void {
  const file = `schema/${asking.name}.graphql`
  const url = `http://localhost:${asking.port}/graphql`
  compose([...subgraphs(), { name: asking.name, url, file, sdl: subgraphFiles(asking)[file] ?? '' }])
}

/** Puts `text` before the first line that `mark` matches. Throws where there is none. */
function insert(file: string, mark: RegExp, text: string): void {
  const was = readFileSync(at(file), 'utf8')
  const place = was.search(mark)
  if (place < 0) throw new Error(`${file} has no place for it: ${mark}`)
  writeFileSync(at(file), was.slice(0, place) + text + was.slice(place))
}

function addEntries(given: NewSubgraph): void {
  const { name } = given
  writeFileSync(at('rover.yaml'), `${readFileSync(at('rover.yaml'), 'utf8').trimEnd()}\n${roverEntry(given)}`)
  insert('.env.example', /^# --- router /m, envLines(given))
  insert('.env.example', /^USER_HOST=/m, edgeEnvLine(given))
  insert('.env.example', /^# Grafana's administrator/m, composeEnvLines(given))
  insert('deploy/rabbitmq/services.ts', /^ {2}\{\n {4}service: 'router'/m, rabbitEntry(given))
  insert('prisma/package.json', /^ {4}"\.\/\*"/m, `    "./${name}": "./${name}/client/client.ts",\n`)
  insert(
    'package.json',
    /^ {4}"router":/m,
    `    "${name}": "exec node dev/install.mjs subgraphs/${name}/main.ts",\n`,
  )
}

function run(...args: string[]): void {
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' })
  if (status !== 0) throw new Error(`node ${args.join(' ')} failed.`)
}

const biome = 'node_modules/@biomejs/biome/bin/biome'
const tools = ['dev/compose.ts', 'dev/client.ts', 'deploy/rabbitmq/generate.ts', 'dev/docs.ts']

function main(): void {
  const given = asked(process.argv.slice(2))
  const files = { ...subgraphFiles(given), ...deploymentFiles(given) }
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(at(file)), { recursive: true })
    writeFileSync(at(file), text)
  }
  addEntries(given)
  run('dev/generate.ts', given.name)
  for (const tool of tools) run(tool)
  const touched = [...Object.keys(files), 'prisma/package.json', 'deploy/rabbitmq']
  run(biome, 'check', '--write', '--files-ignore-unknown=true', ...touched)
  console.log(
    `${given.name} is there: npm install (the lockfile learns of it), then npm start, and npm test.`,
  )
}

if (import.meta.main) await runCommand(main)
