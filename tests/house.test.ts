import assert from 'node:assert/strict'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { parseSync } from 'oxc-parser'

const root = join(import.meta.dirname, '..')

type Law = { from: RegExp; may: RegExp[] }

// `$1` in what a room may import stands for the subgraph's name. A test may stand on anything.
const laws: Law[] = [
  {
    from: /^subgraphs\/([\w-]+)\/domain\//,
    may: [/^platform\/(errors|pagination)\.ts$/, /^subgraphs\/$1\/domain\//],
  },
  {
    from: /^subgraphs\/([\w-]+)\/(graphql|events)\//,
    may: [/^platform\//, /^schema\//, /^subgraphs\/$1\/(domain|$2|generated)\//],
  },
  {
    from: /^subgraphs\/([\w-]+)\/store\//,
    may: [/^platform\//, /^schema\/events/, /^subgraphs\/$1\/(domain|store)\//, /^prisma\/$1\/client\//],
  },
  {
    from: /^subgraphs\/([\w-]+)\/commands\//,
    may: [/^platform\//, /^subgraphs\/$1\/(domain|store)\//, /^subgraphs\/$1\/settings\.ts$/],
  },
  { from: /^subgraphs\/([\w-]+)\/main\.ts$/, may: [/^platform\//, /^schema\//, /^subgraphs\/$1\//] },
  { from: /^subgraphs\/([\w-]+)\/settings\.ts$/, may: [/^platform\//] },
  { from: /^subgraphs\/([\w-]+)\/generated\//, may: [/^subgraphs\/$1\/graphql\//] },
  { from: /^router\//, may: [/^platform\//, /^schema\//, /^router\//] },
  { from: /^platform\//, may: [/^platform\//, /^schema\/(events|sdl\.ts)/] },
  { from: /^schema\//, may: [/^schema\//] },
  { from: /^prisma\//, may: [/^prisma\//] },
  { from: /^(dev|bench)\//, may: [/^(dev|bench|platform|schema|router|subgraphs|prisma)\//] },
]

const files = globSync('{platform,schema,router,subgraphs,prisma,dev,bench}/**/*.ts', { cwd: root }).filter(
  (file) => !/node_modules|\.test\.ts$|\/client\//.test(file),
)

/** The file of this project that an import names; null for an npm package or a Node module. */
function targetOf(file: string, specifier: string): string | null {
  if (specifier.startsWith('.')) return join(dirname(file), specifier)
  const [, workspace, inner] = /^@puchi\/([\w-]+)\/(.+)$/.exec(specifier) ?? []
  if (!workspace || !inner) return null
  if (workspace === 'prisma' && existsSync(join(root, 'prisma', inner)))
    return `prisma/${inner}/client/client.ts`
  const folder = existsSync(join(root, 'subgraphs', workspace)) ? `subgraphs/${workspace}` : workspace
  return `${folder}/${inner}.ts`
}

/** Every import of a file, type-only, re-exported and dynamic ones included. */
function importsOf(file: string): string[] {
  const source = readFileSync(join(root, file), 'utf8')
  const { module, errors } = parseSync(file, source)
  assert.deepEqual(errors, [], `${file} does not parse`)
  const statics = module.staticImports.map(({ moduleRequest }) => moduleRequest.value)
  const reExports = module.staticExports.flatMap(({ entries }) =>
    entries.flatMap(({ moduleRequest }) => moduleRequest?.value ?? []),
  )
  const dynamics = module.dynamicImports
    .map(({ moduleRequest: { start, end } }) => source.slice(start, end).replace(/^['"`]|['"`]$/g, ''))
    .map((specifier) => specifier.replace(/\$\{folder\}/, 'subgraphs/any')) // dev loads services by folder
  return [...statics, ...reExports, ...dynamics]
}

function breachesOf(file: string): string[] {
  const law = laws.find(({ from }) => from.test(file))
  assert(law, `no law covers ${file}`)
  const groups = law.from.exec(file) ?? []
  const may = law.may.map(
    ({ source }) => new RegExp(source.replace(/\$(\d)/g, (_, n) => groups[Number(n)] ?? '')),
  )
  return importsOf(file).filter((specifier) => {
    const target = targetOf(file, specifier)
    return target !== null && !may.some((allowed) => allowed.test(target))
  })
}

test('every file imports only what the law of its room allows', () => {
  assert(files.length > 20)
  const breaches = files.flatMap((file) =>
    breachesOf(file).map((specifier) => `${file} imports ${specifier}`),
  )
  assert.deepEqual(breaches, [])
})

test('no subgraph knows another one', () => {
  for (const file of files.filter((name) => name.startsWith('subgraphs/'))) {
    const own = file.split('/').slice(0, 2).join('/')
    const others = importsOf(file).flatMap((specifier) => targetOf(file, specifier) ?? [])
    assert.deepEqual(
      others.filter((target) => target.startsWith('subgraphs/') && !target.startsWith(own)),
      [],
      file,
    )
  }
})

test('no import runs in a circle', () => {
  const graph = new Map(
    files.map((file) => [file, importsOf(file).flatMap((one) => targetOf(file, one) ?? [])]),
  )
  assertNoCircle(graph)
})

function assertNoCircle(graph: ReadonlyMap<string, Iterable<string>>): void {
  const done = new Set<string>()
  const walk = (one: string, path: string[]): void => {
    assert(!path.includes(one), `circle: ${[...path, one].join(' → ')}`)
    if (done.has(one)) return
    for (const next of graph.get(one) ?? []) walk(next, [...path, one])
    done.add(one)
  }
  for (const one of graph.keys()) walk(one, [])
}

/** The two rooms that an import joins, where their paths part; `x.ts` is the front of the room `x/`. */
function roomsOf(file: string, target: string): string[] {
  const [from = [], to = []] = [file, target].map((path) => path.replace(/\.ts$/, '').split('/'))
  const parting = from.findIndex((part, index) => part !== to[index])
  return [from, to].map((path) => path.slice(0, parting + 1).join('/'))
}

test('rooms depend one way, in every folder: none is in a circle with another', () => {
  const known = new Map<string, Set<string>>()
  for (const file of files.filter((name) => !name.includes('/generated/')))
    for (const target of importsOf(file).flatMap((one) => targetOf(file, one) ?? [])) {
      const [from = '', to = ''] = roomsOf(file, target)
      if (from !== to) known.set(from, (known.get(from) ?? new Set()).add(to))
    }
  assertNoCircle(known)
})

test('no file grows past 300 lines, no folder is called utils, helpers, common, lib or types', () => {
  for (const file of files) {
    const lines = readFileSync(join(root, file), 'utf8').split('\n').length
    assert(
      lines <= 300 || file.includes('/generated/') || file.startsWith('schema/client'),
      `${file} has ${lines} lines`,
    )
    assert.doesNotMatch(file, /\/(utils|helpers|common|lib|types|constants)(\/|\.ts$)/)
  }
})

type Span = { start: number; end: number }

/** Where every function below a node of the syntax tree begins and ends. */
function* functionsIn(node: unknown): Generator<Span> {
  if (typeof node !== 'object' || node === null) return
  if ('type' in node && /^(Arrow)?Function/.test(String(node.type))) yield node as unknown as Span
  for (const below of Object.values(node)) yield* functionsIn(below)
}

test('no function grows past 60 lines', () => {
  for (const file of files.filter((name) => !name.includes('/generated/'))) {
    const source = readFileSync(join(root, file), 'utf8')
    for (const { start, end } of functionsIn(parseSync(file, source).program)) {
      const [begin, ...more] = source.slice(start, end).split('\n')
      assert(more.length < 60, `${file}: ${more.length + 1} lines, ${begin}`)
    }
  }
})
