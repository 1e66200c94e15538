import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'
import { endLeftover } from './leftover.ts'
import { freePort } from './ports.ts'

/** A RabbitMQ node of our own, with its own port, data, cookie and epmd. */
export type RabbitNode = {
  url: string
  /** The management API, for vhosts and definitions. */
  adminUrl: string
  /** What Prometheus scrapes. */
  metricsUrl: string
  /** Runs rabbitmqctl. */
  ctl(...args: string[]): Promise<string>
  /** kill -9. */
  kill(): Promise<void>
  /** SIGSTOP; `thaw` lets it go on. */
  freeze(): void | Promise<void>
  thaw(): void | Promise<void>
  /** Starts it again on the same data. */
  start(): Promise<void>
  /** Ends it and its epmd, and removes its data unless that is to be kept. */
  stop(): Promise<void>
}

const homes = ['/usr/lib/rabbitmq/lib', '/opt/homebrew/opt/rabbitmq', '/usr/local/opt/rabbitmq']

/** Where the server's own scripts are: Debian's wrappers in /usr/sbin would change the user and the folder. */
export function findScripts(): string | undefined {
  for (const home of homes.filter(existsSync)) {
    const version = readdirSync(home).find((name) => name.startsWith('rabbitmq_server-'))
    const scripts = join(home, version ?? '.', 'sbin')
    if (existsSync(scripts)) return scripts
  }
  return undefined
}

/** Starts a node on a folder of its own. `keep` leaves the data there for the next start. */
export async function startNode(scripts: string, folder: string, keep = false): Promise<RabbitNode> {
  await endEarlier(folder)
  const [port, admin, metrics] = [await freePort(), await freePort(), await freePort()]
  const [dist, epmd] = [await freePort(), await freePort()]
  prepare(folder, { port, admin, metrics })
  const env = { ...process.env, ...settings(folder, port), ...erlang(dist, epmd) }
  let server: ChildProcess | undefined

  const signal = (name: NodeJS.Signals) => {
    if (server?.pid && server.exitCode === null && server.signalCode === null) process.kill(-server.pid, name)
  }
  async function end(name: NodeJS.Signals): Promise<void> {
    const ending = server
    if (!ending || ending.exitCode !== null || ending.signalCode !== null) return
    const exit = once(ending, 'exit')
    signal(name)
    await exit
  }
  async function start(): Promise<void> {
    server = spawn(join(scripts, 'rabbitmq-server'), [], {
      env,
      cwd: folder,
      stdio: 'ignore',
      detached: true,
    })
    await untilItSpeaks(server, port, folder)
  }
  // However the tests end, nothing of it stays.
  const last = () => signal('SIGKILL')
  process.once('exit', last)
  // It outlives the node that started it.
  const endEpmd = () => spawnSync('epmd', ['-port', String(epmd), '-kill'], { env })
  await start().catch((error) => {
    endEpmd()
    throw error
  })
  return {
    url: `amqp://guest:guest@127.0.0.1:${port}`,
    adminUrl: `http://guest:guest@127.0.0.1:${admin}`,
    metricsUrl: `http://127.0.0.1:${metrics}/metrics`,
    ctl: async (...args) => (await promisify(execFile)(join(scripts, 'rabbitmqctl'), args, { env })).stdout,
    kill: () => end('SIGKILL'),
    freeze: () => signal('SIGSTOP'),
    thaw: () => signal('SIGCONT'),
    start,
    async stop() {
      process.off('exit', last)
      signal('SIGCONT')
      await end('SIGTERM')
      endEpmd()
      if (!keep) rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** A node of an earlier run, and the epmd that outlives it. */
async function endEarlier(folder: string): Promise<void> {
  const command = await endLeftover(folder, {
    pidFile: 'pid',
    signal: 'SIGTERM',
    isIt: (command) => command.includes(` -home ${join(folder, 'home')} `),
  })
  const epmd = / -epmd_port (\d+)/.exec(command ?? '')?.[1]
  if (epmd) spawnSync('epmd', ['-port', epmd, '-kill'])
}

type Ports = { port: number; admin: number; metrics: number }

function prepare(folder: string, { port, admin, metrics }: Ports): void {
  mkdirSync(join(folder, 'home'), { recursive: true })
  writeFileSync(
    join(folder, 'rabbitmq.conf'),
    `listeners.tcp.1 = 127.0.0.1:${port}
management.tcp.ip = 127.0.0.1
management.tcp.port = ${admin}
prometheus.tcp.ip = 127.0.0.1
prometheus.tcp.port = ${metrics}
num_acceptors.tcp = 2
disk_free_limit.absolute = 50MB
vm_memory_high_watermark.absolute = 384MB
`,
  )
  writeFileSync(join(folder, 'enabled_plugins'), '[rabbitmq_management,rabbitmq_prometheus].\n')
  const cookie = join(folder, 'home', '.erlang.cookie')
  if (!existsSync(cookie)) writeFileSync(cookie, randomBytes(16).toString('hex'), { mode: 0o400 })
}

const settings = (folder: string, port: number) => ({
  HOME: join(folder, 'home'),
  LANG: 'C.UTF-8',
  RABBITMQ_NODENAME: 'private@localhost',
  RABBITMQ_NODE_PORT: String(port),
  RABBITMQ_NODE_IP_ADDRESS: '127.0.0.1',
  RABBITMQ_MNESIA_BASE: join(folder, 'mnesia'),
  RABBITMQ_LOG_BASE: join(folder, 'log'),
  RABBITMQ_CONFIG_FILE: join(folder, 'rabbitmq.conf'),
  RABBITMQ_ADVANCED_CONFIG_FILE: join(folder, 'advanced.config'),
  RABBITMQ_CONF_ENV_FILE: join(folder, 'none.conf'),
  RABBITMQ_ENABLED_PLUGINS_FILE: join(folder, 'enabled_plugins'),
  RABBITMQ_GENERATED_CONFIG_DIR: join(folder, 'generated'),
  RABBITMQ_PID_FILE: join(folder, 'pid'),
})

const erlang = (dist: number, epmd: number) => ({
  RABBITMQ_DIST_PORT: String(dist),
  ERL_EPMD_PORT: String(epmd),
  ERL_EPMD_ADDRESS: '127.0.0.1',
  RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '-kernel inet_dist_use_interface {127,0,0,1} +S 2:2 +sbwt none',
})

/** Ready is a node that answers AMQP's greeting with Connection.Start. */
async function untilItSpeaks(server: ChildProcess, port: number, folder: string): Promise<void> {
  for (const end = Date.now() + 90_000; !(await speaks(port)); await pause(150)) {
    if (server.exitCode !== null) throw new Error(`rabbitmq-server ended at once; see ${folder}/log`)
    if (Date.now() > end) throw new Error(`rabbitmq-server did not start within 90 s; see ${folder}/log`)
  }
}

const speaks = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('AMQP\0\0\x09\x01'))
    const answer = (does: boolean) => () => {
      socket.destroy()
      resolve(does)
    }
    socket.once('data', answer(true)).once('error', answer(false)).setTimeout(1_000, answer(false))
  })
