// node dev/install.mjs FILE [ARGUMENT …]  installs and generates what is missing, then runs FILE on the project's own Node
// node dev/install.mjs                    only installs, for a tool that follows: it must run also where nothing can be generated
// node dev/install.mjs --generate         only generates (npm does this after each install)
//
// It runs before anything is installed, on whatever Node (18 or later) is there: plain JavaScript, no package.
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { constants } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = resolve(fileURLToPath(import.meta.url), '../..')
const windows = process.platform === 'win32'

/** @param {string} file */
const read = (file) => (existsSync(file) ? readFileSync(file, 'utf8') : '')
/** @param {string} file */
const readJson = (file) => JSON.parse(read(file) || '{}')

/** The Node that package.json pins. @param {string} root */
export const pinnedNode = (root) => join(root, 'node_modules/node/bin', windows ? 'node.exe' : 'node')

/**
 * Whether node_modules lacks something of package-lock.json. npm itself keeps what it installed in
 * node_modules/.package-lock.json. @param {string} root
 */
export function lacksPackages(root) {
  const wanted = readJson(join(root, 'package-lock.json')).packages ?? {}
  const installed = readJson(join(root, 'node_modules/.package-lock.json')).packages ?? {}
  if (!existsSync(pinnedNode(root))) return true
  return Object.entries(wanted).some(([path, { version, link, optional }]) => {
    if (!path.startsWith('node_modules/')) return false
    if (link) return !existsSync(join(root, path))
    return installed[path] ? installed[path].version !== version : !optional
  })
}

/** @param {string} root @param {string} folder @param {(name: string) => string} file */
const inEach = (root, folder, file) =>
  existsSync(join(root, folder))
    ? readdirSync(join(root, folder))
        .sort()
        .map((name) => join(root, folder, file(name)))
    : []

/** What the generated files are made from. @param {string} root */
function sources(root) {
  const files = [
    ...inEach(root, 'prisma', (name) => `${name}/schema.prisma`),
    ...inEach(root, 'prisma', (name) => `${name}/prisma.config.ts`),
    ...inEach(root, 'schema', (name) => name).filter((file) => /\.graphql$/.test(file)),
    ...inEach(root, 'subgraphs', (name) => `${name}/graphql/models.ts`),
    ...['dev/generate.ts', 'dev/codegen.ts', 'rover.yaml', 'package-lock.json'].map((name) =>
      join(root, name),
    ),
  ]
  return files.filter((file) => existsSync(file) && !file.endsWith('supergraph.graphql'))
}

/** @param {string} root */
export function sourcesHash(root) {
  const hash = createHash('sha256')
  for (const file of sources(root)) hash.update(`${file.slice(root.length)}\0`).update(readFileSync(file))
  return hash.digest('hex')
}

/** @param {string} root */
const generated = (root) => [
  ...inEach(root, 'prisma', (name) => name)
    .filter((folder) => existsSync(join(folder, 'schema.prisma')))
    .map((folder) => join(folder, 'client/client.ts')),
  ...inEach(root, 'subgraphs', (name) => `${name}/generated/resolvers.ts`),
]

/** @param {string} root */
const stampOf = (root) => join(root, 'node_modules/.puchi-generated')

/** Whether a generated file is missing or older than what it is made from. @param {string} root */
export const lacksGenerated = (root) =>
  read(stampOf(root)) !== sourcesHash(root) || generated(root).some((file) => !existsSync(file))

/** Everything said here goes to stderr: stdout belongs to the program that is run. @param {string} what */
const say = (what) => process.stderr.write(`${what}\n`)

/** @param {string} command @param {string[]} args @param {string} what */
function mustRun(command, args, what) {
  // Ctrl-C reaches the command too, and npm then takes back what it did: whoever comes next must not meet it.
  const wait = () => {}
  process.on('SIGINT', wait)
  const { status, signal, error } = spawnSync(command, args, {
    cwd: here,
    stdio: ['ignore', 2, 2],
    shell: windows,
  })
  process.off('SIGINT', wait)
  if (status === 0) return
  if (signal === 'SIGINT') {
    say(`${what} was stopped; the next command begins it again.`)
    process.exit(128 + constants.signals.SIGINT)
  }
  say(`${what} failed${error ? `: ${error.message}` : ''}; what went wrong is above.`)
  process.exit(1)
}

function install() {
  say('Installing packages (npm ci), about a minute …')
  const npm = process.env['npm_execpath']
  // NODE_ENV=production, and omit= in somebody's .npmrc, leave out what `lacksPackages` then misses every time.
  const args = ['ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund', '--loglevel=error']
  if (npm?.endsWith('.js')) mustRun(process.execPath, [npm, ...args], 'npm ci')
  else mustRun('npm', args, 'npm ci')
  if (existsSync(pinnedNode(here))) return
  say('npm ci brought no Node: your npm seems to be told ignore-scripts. Once: npm ci --ignore-scripts=false')
  process.exit(1)
}

function generate() {
  say('Generating Prisma clients and resolver types …')
  mustRun(pinnedNode(here), [join(here, 'dev/generate.ts')], 'Generating')
  writeFileSync(stampOf(here), sourcesHash(here))
}

/** Ctrl-C reaches a whole group, and npm passes signals on as well: one is one. */
const repeatedWithin = 500

/** Installs and generates what is missing. */
function prepare() {
  if (lacksPackages(here)) install()
  if (lacksGenerated(here)) generate()
}

/**
 * Runs the program and ends as it ends, or runs it again where it asks for that. It has a group of its own, so that
 * signals reach it from here alone. @param {string[]} args
 */
function run(args) {
  // Which of Node's features are young is our concern: package.json pins the Node.
  const child = spawn(pinnedNode(here), ['--disable-warning=ExperimentalWarning', ...args], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    detached: !windows,
  })
  let again = false
  child.on('message', (what) => {
    again = what === 'again'
    if (again) child.kill('SIGTERM')
  })
  const stopPassing = passSignals(child)
  child.on('error', (error) => {
    say(`${pinnedNode(here)} cannot be run: ${error.message}`)
    process.exit(1)
  })
  child.on('exit', (code, signal) => {
    if (!again) process.exit(code ?? 128 + (constants.signals[signal] ?? 0))
    stopPassing()
    prepare()
    run(args)
  })
}

/** Returns how to stop that. @param {import('node:child_process').ChildProcess} child */
function passSignals(child) {
  let last = 0
  const parent = process.ppid
  // npm that is killed without a word tells nobody; its child only gets another parent.
  const orphaned = setInterval(() => process.ppid !== parent && child.kill('SIGTERM'), 1_000).unref()
  /** @param {NodeJS.Signals} signal */
  const pass = (signal) => {
    if (Date.now() - last < repeatedWithin) return
    last = Date.now()
    child.kill(signal === 'SIGHUP' ? 'SIGTERM' : signal)
  }
  const signals = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])
  for (const signal of signals) process.on(signal, pass)
  return () => {
    clearInterval(orphaned)
    for (const signal of signals) process.off(signal, pass)
  }
}

const [file, ...args] = process.argv.slice(2)
if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  if (file === '--generate') {
    if (!existsSync(join(here, 'dev/generate.ts')) || !existsSync(pinnedNode(here)))
      say('Nothing generated: the sources or the packages are not all here.')
    else if (lacksGenerated(here)) generate()
  } else if (!file) {
    if (lacksPackages(here)) install()
  } else {
    prepare()
    run([resolve(here, file), ...args])
  }
}
