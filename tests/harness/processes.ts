import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import { variable } from '../../dev/places.ts'
import { freePort } from '../../dev/ports.ts'
import { root, subgraphs } from '../../dev/subgraphs.ts'
import type { Running } from './stack.ts'

/** Free ports for the router and each subgraph, as the variables that say so. */
export async function placesFor(names: string[]): Promise<NodeJS.ProcessEnv> {
  const variables = ['router', ...names].flatMap((part) => [
    variable(part, 'PORT'),
    variable(part, 'ADMIN_PORT'),
  ])
  return Object.fromEntries(
    await Promise.all(
      [...variables, 'LEARNER_PORT'].map(async (name) => [name, String(await freePort())] as const),
    ),
  )
}

export type Spawned = {
  url: string
  adminUrl: string
  pid: number | undefined
  /** Everything that it wrote so far. */
  said(): string
  /** Ends it at once, as a crash does. */
  kill(): Promise<void>
  close(): Promise<void>
}

/** Starts each service as a process of its own and waits until each says that it is ready. */
export async function spawnServices(env: NodeJS.ProcessEnv): Promise<Running> {
  const held = new AsyncDisposableStack()
  const start = async (part: string, folder: string, own: NodeJS.ProcessEnv) => {
    const service = spawnService(part, folder, own)
    held.defer(service.close)
    await service.ready
    return service
  }
  try {
    const names = subgraphs().map(({ name }) => name)
    const started = await Promise.all(names.map((name) => start(name, `subgraphs/${name}`, env)))
    const byName = Object.fromEntries(names.map((name, index) => [name, started[index] as Spawned]))
    const urls = Object.entries(byName).map(([name, { url }]) => [variable(`subgraph-${name}`, 'URL'), url])
    const router = await start('router', 'router', { ...env, ...Object.fromEntries(urls) })
    const said = () => [router, ...started].map((one) => one.said()).join('\n')
    return { router, subgraphs: byName, said, close: () => held.disposeAsync() }
  } catch (error) {
    await held.disposeAsync()
    throw error
  }
}

/** Starts one service; `ready` resolves once it says that it is. */
export function spawnService(
  part: string,
  folder: string,
  env: NodeJS.ProcessEnv,
): Spawned & { ready: Promise<void> } {
  const child = spawn(process.execPath, [`${root}/${folder}/main.ts`], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      said += chunk
    })
  const end = () => child.kill('SIGKILL')
  process.once('exit', end)
  const at = (what: string) => `http://localhost:${env[variable(part, what)]}`
  const adminUrl = at('ADMIN_PORT')
  return {
    url: `${at('PORT')}/graphql`,
    adminUrl,
    pid: child.pid,
    said: () => said,
    ready: untilReady(child, part, { adminUrl, said: () => said }),
    async kill() {
      process.off('exit', end)
      if (!hasEnded(child) && end()) await once(child, 'exit')
    },
    async close() {
      process.off('exit', end)
      await stop(child, part)
    },
  }
}

async function untilReady(
  child: ChildProcess,
  part: string,
  { adminUrl, said }: Pick<Spawned, 'adminUrl' | 'said'>,
): Promise<void> {
  for (const until = Date.now() + 60_000; Date.now() < until; await pause(50)) {
    if (hasEnded(child)) throw new Error(`${part} ended before it was ready:\n${said().slice(-4_000)}`)
    const ready = await fetch(`${adminUrl}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    )
    if (ready) return
  }
  throw new Error(`${part} was not ready in 60 s:\n${said().slice(-4_000)}`)
}

const hasEnded = (child: ChildProcess) => child.exitCode !== null || child.signalCode !== null

/** A service must end by itself with 0; what has to be killed is a fault. */
async function stop(child: ChildProcess, part: string): Promise<void> {
  if (hasEnded(child)) return
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  const late = setTimeout(() => child.kill('SIGKILL'), 15_000)
  const [code, signal] = await ended
  clearTimeout(late)
  if (code !== 0) throw new Error(`${part} ended with ${code ?? signal}`)
}
