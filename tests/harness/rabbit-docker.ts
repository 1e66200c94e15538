import { execFile } from 'node:child_process'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'
import { freePort } from '../../dev/ports.ts'
import type { RabbitNode } from '../../dev/rabbit-node.ts'

const image = 'rabbitmq:4-management'

const docker = async (...args: string[]): Promise<string> =>
  (await promisify(execFile)('docker', args)).stdout.trim()

export const hasDocker = (): Promise<boolean> =>
  docker('info').then(
    () => true,
    () => false,
  )

/** The same node in Docker, where no rabbitmq-server is installed. */
export async function startContainer(): Promise<RabbitNode> {
  const [port, admin, metrics] = [await freePort(), await freePort(), await freePort()]
  const places = { [port]: 5672, [admin]: 15_672, [metrics]: 15_692 }
  const ports = Object.entries(places).flatMap(([here, there]) => ['-p', `127.0.0.1:${here}:${there}`])
  // Its guest may come from outside the container.
  const name = await docker(
    'run',
    '-d',
    ...ports,
    '-e',
    'RABBITMQ_DEFAULT_USER=test',
    '-e',
    'RABBITMQ_DEFAULT_PASS=test',
    image,
  )
  const ctl = (...args: string[]) => docker('exec', name, 'rabbitmqctl', ...args)
  await untilRunning(ctl)
  return {
    url: `amqp://test:test@127.0.0.1:${port}`,
    adminUrl: `http://test:test@127.0.0.1:${admin}`,
    metricsUrl: `http://127.0.0.1:${metrics}/metrics`,
    ctl,
    kill: async () => void (await docker('kill', name)),
    freeze: async () => void (await docker('pause', name)),
    thaw: async () => void (await docker('unpause', name)),
    async start() {
      await docker('start', name)
      await untilRunning(ctl)
    },
    stop: async () => void (await docker('rm', '-f', '-v', name)),
  }
}

async function untilRunning(ctl: RabbitNode['ctl']): Promise<void> {
  for (const end = Date.now() + 90_000; ; await pause(500)) {
    const is = await ctl('await_startup').then(
      () => true,
      () => false,
    )
    if (is) return
    if (Date.now() > end) throw new Error('the RabbitMQ container did not start within 90 s')
  }
}
