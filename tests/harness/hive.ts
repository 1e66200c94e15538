import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { firstAnswer, folder, installPeers } from '../../bench/router/gateways.ts'
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
  await firstAnswer(child, url, 'Hive Gateway')
  return {
    url,
    async close() {
      process.off('exit', end)
      if (child.exitCode === null && child.kill('SIGKILL')) await once(child, 'exit')
    },
  }
}
