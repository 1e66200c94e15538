import { type ChildProcess, execFileSync, fork } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { freePort } from '../../dev/ports.ts'
import { median } from '../percentile.ts'
import type { Mint } from './mint.ts'

export const folder = join(import.meta.dirname, '../gateways')

const [, options] = /NODE_OPTIONS=(\S+)/.exec(readFileSync(join(folder, '../../Dockerfile'), 'utf8')) ?? []
/** What our image tells Node; here everybody is told so. */
export const nodeOptions = { NODE_OPTIONS: options }

/** Installs the peers, of a lockfile of their own, where they are not yet. Throws where npm cannot, or not in time. */
export function installPeers(timeout?: number): void {
  // npm writes it when all the rest is there.
  if (existsSync(join(folder, 'node_modules/.package-lock.json'))) return
  const options = { cwd: folder, stdio: ['ignore', 2, 2] as ('ignore' | number)[], timeout }
  execFileSync('npm', ['ci', '--no-audit', '--no-fund'], options)
}

export type Part = { name: string; sdl: string; url: string }
export type Usage = { cpu: { user: number; system: number }; rss: number }
export type Gateway = {
  name: string
  url: string
  /** Milliseconds from its start to its first answer. */
  startMs: number
  /** The Authorization of one more request; a made-up one where nobody looks. */
  authorization: () => string
  /** `rest`: after what nobody needs any more was given back. */
  usage(rest?: boolean): Promise<Usage>
  /** Gently, unless told otherwise. */
  close(signal?: NodeJS.Signals): Promise<void>
}

/** The router with tokens and signatures, which no peer has. */
export const withIdentity = 'ours-identity'

type Given = {
  supergraph: string
  parts: Part[]
  /** Of tokens, for the router with identity. */
  mint?: Mint
  /** Of Node itself. */
  flags?: string[]
}
type Command = { file: string; args?: string[]; env?: NodeJS.ProcessEnv }

const hive = (port: number, { supergraph }: Given): Command => ({
  file: 'node_modules/@graphql-hive/gateway/dist/bin.js',
  args: [
    'supergraph',
    supergraph,
    '--config-path',
    'hive.config.mjs',
    '--host',
    '127.0.0.1',
    '--port',
    String(port),
  ],
  env: { LOG_LEVEL: 'error', NODE_ENV: 'production' },
})

const quiet = { NODE_ENV: 'production', HOST: '127.0.0.1', LOG_LEVEL: 'error' }

const identified = (port: number, given: Given): Command => ({
  file: join(import.meta.dirname, 'identified.ts'),
  env: {
    ...quiet,
    ROUTER_PORT: String(port),
    ROUTER_ADMIN_PORT: '0',
    SUPERGRAPH_FILE: given.supergraph,
    BROKER_FOLDER: dirname(given.supergraph),
    RABBITMQ_URL: 'amqp://in-process',
    ROUTER_SECRETS: 's'.repeat(32),
    CLERK_ISSUER: given.mint?.url,
    CLERK_JWKS_URL: given.mint?.jwksUrl,
    CLERK_AUTHORIZED_PARTIES: 'http://localhost:3000',
    TOKEN_MAX_SECONDS: '7200',
    CORS_ORIGINS: 'http://localhost:3000',
  },
})

const commands: Record<string, (port: number, given: Given) => Command> = {
  ours: (port, given) => ({
    file: join(import.meta.dirname, '../../router/main.ts'),
    args: ['--anonymous', '--supergraph', given.supergraph, '--port', String(port)],
    env: quiet,
  }),
  [withIdentity]: identified,
  stock: () => ({ file: 'stock.mjs', env: { NODE_ENV: 'production' } }),
  hive,
  'hive-rust': (port, given) => {
    const command = hive(port, given)
    return { ...command, env: { ...command.env, PLANNER: 'rust' } }
  },
  mercurius: () => ({ file: 'mercurius.mjs', env: { NODE_ENV: 'production' } }),
  ideal: () => ({ file: 'ideal.mjs' }),
}

export const names = Object.keys(commands)

/** Starts a gateway as a process of its own, for the second time: the first one warms what disks and caches keep. */
export async function startGateway(name: string, given: Given): Promise<Gateway> {
  const first = await startOnce(name, given)
  await first.close()
  return startOnce(name, given)
}

/** How often each gateway's start is timed. */
export const timedStarts = 7

/** Each with the median of its starts, in turns with the others'. */
export async function timeStarts(gateways: readonly Gateway[], given: Given): Promise<Gateway[]> {
  const times = gateways.map(({ startMs }) => [startMs])
  for (let start = 1; start < timedStarts; start += 1)
    for (const [index, { name }] of gateways.entries()) {
      const { startMs, close } = await startOnce(name, given)
      times[index]?.push(startMs)
      await close('SIGKILL')
    }
  return gateways.map((gateway, index) => ({ ...gateway, startMs: median(times[index] ?? []) }))
}

/** Starts a process and waits for its first answer. */
async function startOnce(name: string, given: Given): Promise<Gateway> {
  const { supergraph, parts, mint, flags = [] } = given
  const port = await freePort()
  const { file, args = [], env } = commands[name]?.(port, given) ?? { file: name }
  const subgraphs = JSON.stringify(Object.fromEntries(parts.map((part) => [part.name, part.url])))
  const begin = performance.now()
  const child = fork(file, args, {
    cwd: folder,
    execArgv: [...flags, '--import', join(folder, 'meter.mjs')],
    env: {
      PATH: process.env['PATH'],
      PORT: String(port),
      SUPERGRAPH: supergraph,
      SUBGRAPHS: subgraphs,
      // For everybody what our image sets (Dockerfile).
      NODE_COMPILE_CACHE: join(dirname(supergraph), 'compiled'),
      ...nodeOptions,
      ...env,
    },
    stdio: ['ignore', 2, 2, 'ipc'],
  })
  const url = `http://127.0.0.1:${port}/graphql`
  await firstAnswer(child, url, name)
  const startMs = performance.now() - begin
  return { name, url, startMs, ...meterOf(child, name === withIdentity ? mint?.tokens : undefined) }
}

/** What is read of a process, and how it is asked and ended. */
export const meterOf = (
  child: ChildProcess,
  tokens?: readonly string[],
): Pick<Gateway, 'authorization' | 'usage' | 'close'> => ({
  authorization: authorizations(tokens),
  usage: (rest) => usageOf(child, rest),
  close: (signal) => end(child, signal),
})

const graceForEnd = 5_000

/** Ends a process, gently first. */
export async function end(child: ChildProcess, signal?: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || !child.kill(signal)) return
  const late = setTimeout(() => child.kill('SIGKILL'), graceForEnd)
  await once(child, 'exit')
  clearTimeout(late)
}

/** One token after another; a new word each time where there are none. */
export function authorizations(tokens?: readonly string[]): () => string {
  let sent = 0
  return () => {
    sent += 1
    return `Bearer ${tokens ? tokens[sent % tokens.length] : `${process.pid}-${sent}`}`
  }
}

export async function usageOf(child: ChildProcess, rest = false): Promise<Usage> {
  const told = once(child, 'message')
  child.send(rest ? 'rest' : 'usage')
  const [usage] = await told
  return usage
}

/** Waits until a gateway answers `me`, a minute at most. Throws where its process ends before. */
export async function firstAnswer(child: ChildProcess, url: string, name: string): Promise<void> {
  const body = JSON.stringify({ query: 'query Me { me { id } }', operationName: 'Me' })
  for (const until = Date.now() + 60_000; Date.now() < until && child.exitCode === null; ) {
    const headers = { 'content-type': 'application/json' }
    const response = await fetch(url, { method: 'POST', headers, body }).catch(() => null)
    if ((await response?.text())?.includes('"data"')) return
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  child.kill()
  throw new Error(`${name} does not answer`)
}
