import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { folder, installPeers } from '../../bench/router/gateways.ts'
import { freePort } from '../../dev/ports.ts'
import { root } from '../../dev/subgraphs.ts'

const program = join(folder, 'node_modules/@graphql-hive/gateway/dist/bin.js')

/** Why Hive Gateway cannot be started here; installs it where it is not yet. */
export function hiveMissing(): string | false {
  try {
    installPeers(200_000)
    return false
  } catch (error) {
    if (process.env['CI'] === 'true') throw error
    return 'needs Hive Gateway, which npm could not install'
  }
}

type Hive = { url: string; close(): Promise<void> }

/** Starts Hive Gateway on our supergraph, with the configuration that is deployed. */
export async function startHive(env: NodeJS.ProcessEnv): Promise<Hive> {
  const port = await freePort()
  const config = join(root, 'deploy/hive/gateway.config.mjs')
  const where = ['--host', '127.0.0.1', '--port', String(port)]
  const supergraph = join(root, 'schema/supergraph.graphql')
  const child = fork(program, ['supergraph', supergraph, '--config-path', config, ...where], {
    cwd: folder,
    execArgv: [],
    env: { PATH: process.env['PATH'], NODE_ENV: 'production', LOG_LEVEL: 'error', ...env },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const end = () => child.kill('SIGKILL')
  process.once('exit', end)
  const url = `http://127.0.0.1:${port}/graphql`
  await answering(child, url)
  return {
    url,
    async close() {
      process.off('exit', end)
      if (child.exitCode === null && child.kill('SIGKILL')) await once(child, 'exit')
    },
  }
}

async function answering(child: ChildProcess, url: string): Promise<void> {
  const init = {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"query":"{__typename}"}',
  }
  for (const until = Date.now() + 60_000; Date.now() < until && child.exitCode === null; await pause(50)) {
    const response = await fetch(url, init).catch(() => null)
    if ((await response?.text())?.includes('"data"')) return
  }
  child.kill('SIGKILL')
  throw new Error('Hive Gateway does not answer')
}
