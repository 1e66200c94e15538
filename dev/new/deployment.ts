import { readFileSync } from 'node:fs'
import { root } from '../subgraphs.ts'
import type { NewSubgraph } from './subgraph-files.ts'

// A new service is deployed as `user` is: each of user's entries is said again beside it, by the new name. So there is no
// second description of a deployment that could differ from the first.
const base = 'deploy/kubernetes/base'
const model: NewSubgraph = { name: 'user', port: 8002 }

/** Where a service has entries, and how the first line of one of user's begins. */
const entries: Record<string, RegExp> = {
  'docker-compose.yml': /^\s+(USER_\w+:|migrate-user:|user:$|user: \{|SUBGRAPH_USER_URL:)/,
  'docker-compose.prod.yml': /^\s+(USER_\w+:|user:$)/,
  'apisix/apisix.yaml': /^\s+- id: user(-health)?$/,
  'apisix/config.yaml': /^\s+- USER_HOST$/,
  'deploy/prometheus/prometheus.yml': /^\s+- job_name: user$/,
  [`${base}/kustomization.yaml`]: /^\s+- user\.yaml$/,
  [`${base}/router.yaml`]: /SUBGRAPH_USER_URL/,
  [`${base}/network.yaml`]: /^\s+(- to: \[)?\{ podSelector: \{ matchLabels: \{ app: user \} \} \}/,
  'deploy/kubernetes/README.md': /^(\| `user` \|| {2}user: )/,
}

/** Where whole documents are a service's own: those whose name is user, or ends so. */
const documents = ['migrations', 'databases', 'scaling', 'network'].map((name) => `${base}/${name}.yaml`)

const upper = (name: string): string => name.toUpperCase().replaceAll('-', '_')

/** A piece of user's deployment as it reads for another service. */
const renamed = (text: string, { name, port }: NewSubgraph): string =>
  text
    .replace(/(?<![A-Z])USER(?=_)/g, upper(name))
    .replace(/(?<![\w])user(?=_(owner|svc|service))/g, name.replaceAll('-', '_'))
    .replace(/(database: |:5432\/)user\b/g, `$1${name.replaceAll('-', '_')}`)
    .replace(/(?<![\w])user(?!\w)/g, name)
    .replaceAll(String(model.port), String(port))
    .replaceAll(String(model.port + 100), String(port + 100))

const indentOf = (line: string): number => line.search(/\S/)

/** How many lines an entry has: the first, and whatever stands deeper below it. */
function lengthOf(lines: string[], at: number): number {
  const depth = indentOf(lines[at] ?? '')
  let end = at + 1
  while (end < lines.length && indentOf(lines[end] ?? '') > depth) end += 1
  return end - at
}

function withEntries(text: string, begins: RegExp, given: NewSubgraph): string {
  const lines = text.split('\n')
  const told: string[] = []
  for (let at = 0; at < lines.length; ) {
    const isEntry = begins.test(lines[at] ?? '')
    const entry = lines.slice(at, at + (isEntry ? lengthOf(lines, at) : 1))
    const gap = entry.length > 1 && told.at(-1) === '' ? [''] : []
    told.push(...entry)
    if (isEntry) told.push(...gap, ...entry.map((line) => renamed(line, given)))
    at += entry.length
  }
  return told.join('\n')
}

const isUsers = (document: string): boolean => /^metadata: \{ name: (\w+-)?user\b/m.test(document)
const separator = /\n---\n/

function withDocuments(text: string, begins: RegExp | undefined, given: NewSubgraph): string {
  const told = text
    .trimEnd()
    .split(separator)
    .flatMap((document) => {
      if (isUsers(document)) return [document, renamed(document, given)]
      return [begins ? withEntries(document, begins, given) : document]
    })
  return `${told.join('\n---\n')}\n`
}

/** Every deployment file as it is with the new service in it. */
export function deploymentFiles(given: NewSubgraph): Record<string, string> {
  const read = (file: string) => readFileSync(`${root}/${file}`, 'utf8')
  const changed = [...new Set([...Object.keys(entries), ...documents])].map((file) => {
    const begins = entries[file]
    if (documents.includes(file)) return [file, withDocuments(read(file), begins, given)]
    return [file, begins ? withEntries(read(file), begins, given) : read(file)]
  })
  const init = 'deploy/postgres/init.sh'
  const pods = 'deploy/kubernetes/monitoring/pods.yaml'
  return {
    ...Object.fromEntries(changed),
    [`${base}/${given.name}.yaml`]: renamed(read(`${base}/user.yaml`), given),
    [pods]: read(pods).replace(/values: \[[^\]]*/, `$&, ${given.name}`),
    [init]: read(init).replace(/^services="[^"]*/m, `$& ${given.name.replaceAll('-', '_')}`),
  }
}

/** `file: line` for every entry of user's that a service lacks. */
export function missingEntries(given: NewSubgraph): string[] {
  return Object.entries(entries).flatMap(([file, begins]) => {
    const lines = readFileSync(`${root}/${file}`, 'utf8').split('\n')
    const begun = new Set(lines.map(headOf))
    const own = lines.filter((line) => begins.test(line)).map((line) => renamed(line, given))
    return [...new Set(own.filter((line) => !begun.has(headOf(line))))].map(
      (line) => `${file}: ${line.trim()}`,
    )
  })
}

// Two services may differ in what an entry says, not in having it.
const headOf = (line: string): string =>
  line
    .trim()
    .replace(/^([\w-]+:|\| `[\w-]+` \|) .*/, '$1')
    .replace(/,$/, '')
