// npm run new -- learning 8003   a new subgraph: files, entries, generated code; its tests pass at once
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { deploymentFiles } from './new/deployment.ts'
import {
  composeEnvLines,
  envLines,
  type NewSubgraph,
  rabbitEntry,
  roverEntry,
  subgraphFiles,
} from './new/subgraph-files.ts'
import { root, subgraphs } from './subgraphs.ts'

const at = (file: string): string => `${root}/${file}`

function asked([name = '', port = '']: string[]): NewSubgraph {
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name) || !/^\d{4,5}$/.test(port))
    throw new Error('Use: npm run new -- NAME PORT, as in: npm run new -- learning 8003')
  const clash = subgraphs().find((one) => one.name === name || new URL(one.url).port === port)
  if (clash || existsSync(at(`prisma/${name}`)) || existsSync(at(`subgraphs/${name}`)))
    throw new Error(`There is ${clash ? `${clash.name} at ${clash.url}` : `a ${name}`} already.`)
  return { name, port: Number(port) }
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
  insert('.env.example', /^# Grafana's administrator/m, composeEnvLines(given))
  insert('deploy/rabbitmq/services.ts', /^ {2}\{\n {4}service: 'router'/m, rabbitEntry(given))
  insert('prisma/package.json', /^ {4}"\.\/\*"/m, `    "./${name}": "./${name}/client/client.ts",\n`)
  insert('package.json', /^ {4}"router":/m, `    "${name}": "node subgraphs/${name}/main.ts",\n`)
}

function run(...args: string[]): void {
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' })
  if (status !== 0) throw new Error(`node ${args.join(' ')} failed.`)
}

const tools = ['dev/compose.ts', 'dev/client.ts', 'deploy/rabbitmq/generate.ts', 'dev/docs.ts']

function main(): void {
  const given = asked(process.argv.slice(2))
  for (const [file, text] of Object.entries({ ...subgraphFiles(given), ...deploymentFiles(given) })) {
    mkdirSync(dirname(at(file)), { recursive: true })
    writeFileSync(at(file), text)
  }
  addEntries(given)
  run('dev/generate.ts', given.name)
  for (const tool of tools) run(tool)
  run(
    'node_modules/@biomejs/biome/bin/biome',
    'check',
    '--write',
    `subgraphs/${given.name}`,
    'prisma',
    'deploy/rabbitmq',
  )
  console.log(
    `${given.name} is there: npm install (the lockfile learns of it), then npm start, and npm test.`,
  )
}

if (import.meta.main) {
  try {
    main()
  } catch (error) {
    console.error((error as Error).message)
    process.exitCode = 1
  }
}
