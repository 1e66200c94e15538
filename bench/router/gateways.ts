import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { freePort } from '../../dev/ports.ts'

export const folder = join(import.meta.dirname, '../gateways')

export type Part = { name: string; sdl: string; url: string }
export type Usage = { cpu: { user: number; system: number }; rss: number }
export type Gateway = {
  name: string
  url: string
  /** Milliseconds from its start to its first answer. */
  startMs: number
  /** `rest`: after what nobody needs any more was given back. */
  usage(rest?: boolean): Promise<Usage>
  close(): Promise<void>
}

type Given = { supergraph: string; parts: Part[] /** Of Node itself. */; flags?: string[] }
type Command = { file: string; args?: string[]; env?: NodeJS.ProcessEnv; path?: string }

const hive = (port: number, supergraph: string): Command => ({
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

const commands: Record<string, (port: number, supergraph: string) => Command> = {
  ours: (port, supergraph) => ({
    file: join(import.meta.dirname, '../../router/main.ts'),
    args: ['--anonymous', '--supergraph', supergraph, '--port', String(port)],
    env: { NODE_ENV: 'production', HOST: '127.0.0.1', LOG_LEVEL: 'error' },
  }),
  stock: () => ({ file: 'stock.mjs', env: { NODE_ENV: 'production' } }),
  hive,
  'hive-rust': (port, supergraph) => {
    const command = hive(port, supergraph)
    return { ...command, env: { ...command.env, PLANNER: 'rust' } }
  },
  mercurius: () => ({ file: 'mercurius.mjs', env: { NODE_ENV: 'production' } }),
  ideal: () => ({ file: 'ideal.mjs' }),
}

export const names = Object.keys(commands)

/** Starts a gateway as a process of its own and waits for its first answer. */
export async function startGateway(name: string, { supergraph, parts, flags = [] }: Given): Promise<Gateway> {
  const port = await freePort()
  const { file, args = [], env } = commands[name]?.(port, supergraph) ?? { file: name }
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
      ...env,
    },
    stdio: ['ignore', 2, 2, 'ipc'],
  })
  const url = `http://127.0.0.1:${port}/graphql`
  await firstAnswer(child, url)
  const startMs = performance.now() - begin
  const close = async () => {
    if (child.exitCode === null && child.kill()) await once(child, 'exit')
  }
  return { name, url, startMs, usage: (rest) => usageOf(child, rest), close }
}

export async function usageOf(child: ChildProcess, rest = false): Promise<Usage> {
  const told = once(child, 'message')
  child.send(rest ? 'rest' : 'usage')
  const [usage] = await told
  return usage
}

async function firstAnswer(child: ChildProcess, url: string): Promise<void> {
  const body = JSON.stringify({ query: 'query Me { me { id } }', operationName: 'Me' })
  for (const until = Date.now() + 60_000; Date.now() < until && child.exitCode === null; ) {
    const headers = { 'content-type': 'application/json' }
    const response = await fetch(url, { method: 'POST', headers, body }).catch(() => null)
    if ((await response?.text())?.includes('"data"')) return
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  child.kill()
  throw new Error(`${child.spawnfile} does not answer`)
}
