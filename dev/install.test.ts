import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, beforeEach, test } from 'node:test'
import { fileURLToPath } from 'node:url'

type Installer = {
  lacksPackages(root: string): boolean
  lacksGenerated(root: string): boolean
  sourcesHash(root: string): string
}
const installer = new URL('install.mjs', import.meta.url).href
const { lacksPackages, lacksGenerated, sourcesHash }: Installer = await import(installer)

const root = mkdtempSync(join(tmpdir(), 'puchi-install-'))
after(() => rmSync(root, { recursive: true }))

function write(file: string, text: string): void {
  mkdirSync(dirname(join(root, file)), { recursive: true })
  writeFileSync(join(root, file), text)
}
const remove = (file: string) => rmSync(join(root, file), { recursive: true })
const lock = (packages: object) => JSON.stringify({ packages })
const stamp = () => write('node_modules/.puchi-generated', sourcesHash(root))

const packages = {
  '': { workspaces: ['dev'] },
  dev: { version: '0.1.0' },
  'node_modules/@puchi/dev': { link: true },
  'node_modules/zod': { version: '4.6.0' },
  'node_modules/for-another-machine': { version: '1.0.0', optional: true },
}
const { 'node_modules/for-another-machine': _, ...installed } = packages

beforeEach(() => {
  for (const folder of ['node_modules', 'prisma', 'schema', 'subgraphs'])
    rmSync(join(root, folder), { recursive: true, force: true })
  write('package-lock.json', lock(packages))
  write('node_modules/.package-lock.json', lock(installed))
  write(process.platform === 'win32' ? 'node_modules/node/bin/node.exe' : 'node_modules/node/bin/node', '')
  write('node_modules/@puchi/dev/package.json', '{}')
  write('prisma/auth/schema.prisma', 'model User {}')
  write('prisma/auth/client/client.ts', '')
  write('schema/auth.graphql', 'type User')
  write('schema/supergraph.graphql', 'schema')
  write('subgraphs/auth/generated/resolvers.ts', '')
  stamp()
})

test('a complete folder needs neither installing nor generating', () => {
  assert.equal(lacksPackages(root), false)
  assert.equal(lacksGenerated(root), false)
})

test('packages are installed when there are none, or npm never finished', () => {
  remove('node_modules/.package-lock.json')
  assert.equal(lacksPackages(root), true)
  remove('node_modules')
  assert.equal(lacksPackages(root), true)
})

test('packages are installed after the lock asks for another version or one more', () => {
  write('package-lock.json', lock({ ...packages, 'node_modules/zod': { version: '4.7.0' } }))
  assert.equal(lacksPackages(root), true)
  write('package-lock.json', lock({ ...packages, 'node_modules/jose': { version: '6.2.0' } }))
  assert.equal(lacksPackages(root), true)
})

test('packages are installed when a workspace is not linked', () => {
  remove('node_modules/@puchi')
  assert.equal(lacksPackages(root), true)
})

test('files are generated when one is missing', () => {
  remove('prisma/auth/client')
  assert.equal(lacksGenerated(root), true)
  write('prisma/auth/client/client.ts', '')
  remove('subgraphs/auth/generated')
  assert.equal(lacksGenerated(root), true)
})

test('files are generated after a schema, an SDL file or a model changed, not after the supergraph did', () => {
  write('schema/supergraph.graphql', 'schema @link')
  assert.equal(lacksGenerated(root), false)
  for (const file of [
    'prisma/auth/schema.prisma',
    'schema/auth.graphql',
    'subgraphs/auth/graphql/models.ts',
  ]) {
    write(file, 'changed')
    assert.equal(lacksGenerated(root), true, file)
    stamp()
  }
})

test('a folder that was copied elsewhere is as complete as before', () => {
  const copy = mkdtempSync(join(tmpdir(), 'puchi-install-copy-'))
  cpSync(root, copy, { recursive: true })
  assert.equal(lacksGenerated(copy), false)
  rmSync(copy, { recursive: true })
})

test('every command installs what it lacks before anything else, and so runs on any Node', () => {
  const { scripts }: { scripts: Record<string, string> } = JSON.parse(
    readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
  )
  const unprepared = Object.entries(scripts).filter(
    ([, command]) => !/^(exec )?node dev\/install\.mjs( (\w+\/[\w/-]+\.ts|--generate)| &&)/.test(command),
  )
  assert.deepEqual(unprepared, [])
})

test('where everything is installed, installing says nothing and ends well', () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [fileURLToPath(installer)], {
    encoding: 'utf8',
  })
  assert.deepEqual([status, stdout, stderr], [0, '', ''])
})

test('a command says what it has to say, and Node nothing of its young features', () => {
  const command = [fileURLToPath(installer), 'dev/migrate.ts', 'new']
  const { status, stderr } = spawnSync(process.execPath, command, { encoding: 'utf8' })
  assert.equal(status, 1)
  assert.match(stderr.replace(/^Generating .*\n/, ''), /^Unknown service \(none given\); prisma\/ has .+\n$/)
})

test('packages are asked for whole, whatever npm is told; where no Node comes with them that is said', () => {
  write('dev/install.mjs', readFileSync(fileURLToPath(installer), 'utf8'))
  write('npm.js', `console.error(process.argv.slice(2).join(' '))`)
  remove('node_modules')
  const { status, stderr } = spawnSync(process.execPath, [join(root, 'dev/install.mjs'), 'dev/start.ts'], {
    env: { ...process.env, NODE_ENV: 'production', npm_execpath: join(root, 'npm.js') },
    encoding: 'utf8',
  })
  assert.equal(status, 1)
  assert.match(
    stderr,
    /^ci .*--include=dev --include=optional .*\nnpm ci brought no Node: .+ignore-scripts=false\n$/m,
  )
})

test('Ctrl-C while packages are installed waits until npm has taken back what it did', async () => {
  write('dev/install.mjs', readFileSync(fileURLToPath(installer), 'utf8'))
  const undo = `console.error('taken back'); process.off('SIGINT', stop); process.kill(process.pid, 'SIGINT')`
  write(
    'npm.js',
    `const stop = () => setTimeout(() => { ${undo} }, 300)
    process.on('SIGINT', stop)
    setInterval(() => {}, 1_000)
    console.error('begun')`,
  )
  remove('node_modules')
  const child = spawn(process.execPath, [join(root, 'dev/install.mjs')], {
    env: { ...process.env, npm_execpath: join(root, 'npm.js') },
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true,
  })
  let said = ''
  child.stderr.on('data', (chunk) => {
    if (/begun/.test(said + chunk) && !/begun/.test(said)) process.kill(-(child.pid ?? 0), 'SIGINT')
    said += chunk
  })
  const [code] = await once(child, 'close')
  assert.match(said, /taken back\nnpm ci was stopped; the next command begins it again\.\n$/)
  assert.equal(code, 130)
})
