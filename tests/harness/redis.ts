import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { freePort } from '../../dev/ports.ts'
import { need } from './tools.ts'
import { until } from './until.ts'

/** The reason to skip by where there is no Redis. */
export const redis = need('redis')

/** A Redis of a test's own, which keeps nothing. */
export async function startRedis() {
  const port = await freePort()
  let server: ChildProcess | undefined
  const end = (name: NodeJS.Signals) => server?.kill(name)
  const last = () => void end('SIGKILL')
  process.once('exit', last)
  async function start(): Promise<void> {
    const options = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no']
    server = spawn(redis.path, options, { stdio: 'ignore' })
    await until('redis answers', () => answers(port))
  }
  async function kill(): Promise<void> {
    if (!server) return
    const exit = once(server, 'exit')
    end('SIGKILL')
    await exit
    server = undefined
  }
  await start()
  return {
    url: `redis://127.0.0.1:${port}`,
    start,
    kill,
    freeze: () => void end('SIGSTOP'),
    thaw: () => void end('SIGCONT'),
    async close() {
      process.off('exit', last)
      await kill()
    },
  }
}

async function answers(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1')
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}
