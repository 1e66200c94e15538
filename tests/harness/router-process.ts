import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { freePort } from '../../dev/ports.ts'
import { root } from '../../dev/subgraphs.ts'
import { atEnd } from './at-end.ts'
import { until } from './until.ts'

export type RouterProcess = Awaited<ReturnType<typeof spawnRouter>>

// Memory is compared after a collection only: whoever sends this signal has one made.
const collector = 'data:text/javascript,process.on("SIGUSR2",()=>gc())'

/**
 * A router of any supergraph in a process of its own, until the tests of the file that calls this are over. Its log is
 * thrown away, unless `log` is an open file that takes it.
 */
export async function spawnRouter(
  file: string,
  env: NodeJS.ProcessEnv = {},
  log: number | 'ignore' = 'ignore',
) {
  const [port, adminPort] = [await freePort(), await freePort()]
  const flags = [
    '--anonymous',
    '--supergraph',
    file,
    '--port',
    String(port),
    '--admin-port',
    String(adminPort),
  ]
  const child = spawn(
    process.execPath,
    ['--expose-gc', '--import', collector, `${root}/router/main.ts`, ...flags],
    {
      env: {
        PATH: process.env['PATH'],
        NODE_ENV: 'test',
        HOST: '127.0.0.1',
        ROUTER_MAX_LAG_MS: '60000',
        ...env,
      },
      stdio: ['ignore', log, 'inherit'],
    },
  )
  const end = () => child.kill('SIGKILL')
  process.once('exit', end)
  atEnd(async () => end())
  const adminUrl = `http://127.0.0.1:${adminPort}`
  const ready = () =>
    fetch(`${adminUrl}/readyz`).then(
      ({ status }) => status === 200,
      () => false,
    )
  await until('the router is ready', ready, 60_000)
  const pid = child.pid ?? 0
  return {
    url: `http://127.0.0.1:${port}/graphql`,
    port,
    adminUrl,
    child,
    /** MiB that it holds. */
    memory: () => Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024,
    /** Open files and sockets. */
    descriptors: () => readdirSync(`/proc/${pid}/fd`).length,
    collect: () => void child.kill('SIGUSR2'),
    metrics: async () => (await fetch(`${adminUrl}/metrics`)).text(),
    ready,
    async stop() {
      const ended = once(child, 'exit')
      child.kill('SIGTERM')
      await ended
    },
  }
}
