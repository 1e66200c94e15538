import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { connected } from '@puchi/prisma/connected'
import pg from 'pg'
import { held } from './leftover.ts'
import { freePort } from './ports.ts'
import { type Cluster, prepareCluster } from './postgres/cluster.ts'

export type PostgresOptions = {
  /** Where the data lies; made when it is not there. */
  dataDir: string
  /** A free one when not given. */
  port?: number
  /** False trades safety against power loss for speed: for tests. */
  durable?: boolean
}

export type Postgres = {
  port: number
  /** Where the data really lies: elsewhere than asked when the server's user may not go there. */
  dataDir: string
  /** The connection URL of one of its databases. */
  url(database: string): string
  /** Makes the database where it is missing, copied from `template` if one is named, and answers its URL. */
  ensureDatabase(name: string, template?: string): Promise<string>
  stop(): Promise<void>
}

/** Starts PostgreSQL from the npm package of this platform, for this machine alone. Throws one sentence. */
export async function startPostgres(options: PostgresOptions): Promise<Postgres> {
  const cluster = await prepareCluster(options.dataDir)
  const port = options.port ?? (await freePort())
  const child = spawnServer(cluster, port, options.durable ?? true)
  const url = (database: string) => `postgresql://postgres@127.0.0.1:${port}/${database}`
  await untilReady(child, url('postgres'), cluster.dataDir)
  return {
    port,
    dataDir: cluster.dataDir,
    url,
    async ensureDatabase(name, template) {
      await ensureDatabase(url('postgres'), name, template)
      return url(name)
    },
    stop: () => stopServer(child),
  }
}

async function stopServer(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.ref()
  const gone = once(child, 'exit')
  child.kill('SIGINT') // a fast shutdown: open transactions are rolled back, the data is written
  const late = setTimeout(() => child.kill('SIGQUIT'), 15_000)
  await gone
  clearTimeout(late)
}

const reckless = ['fsync=off', 'full_page_writes=off', 'synchronous_commit=off', 'max_connections=300']

function spawnServer({ server, dataDir, owner }: Cluster, port: number, durable: boolean): ChildProcess {
  const settings = [
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    'shared_buffers=64MB',
    ...(durable ? ['max_connections=100'] : reckless),
  ]
  const flags = ['-D', dataDir, '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])]
  // A group of its own: Ctrl-C in the terminal is for the process that started it, which stops it in order.
  const child = spawn(server, flags, {
    ...owner,
    cwd: dataDir,
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true,
  })
  letGo(child)
  return child
}

/** A program that has nothing else to do ends, and takes the server with it even when it forgot to stop it. */
function letGo(child: ChildProcess): void {
  child.unref()
  if (child.stderr instanceof Socket) child.stderr.unref()
  const end = () => child.kill('SIGINT')
  process.once('exit', end)
  child.once('exit', () => process.off('exit', end))
}

async function untilReady(child: ChildProcess, url: string, dataDir: string): Promise<void> {
  let log = ''
  child.stderr?.on('data', (chunk) => {
    log = `${log}${chunk}`.slice(-4_000)
  })
  for (const until = Date.now() + 30_000; Date.now() < until; await pause(30)) {
    if (child.exitCode !== null || child.signalCode !== null) throw brokenFolder(dataDir, log)
    if (await answers(url)) return
  }
  child.kill('SIGKILL')
  throw brokenFolder(dataDir, log)
}

function brokenFolder(dataDir: string, log: string): Error {
  const holder = /lock file "postmaster.pid" already exists.*\(PID (\d+)\)/s.exec(log)?.[1]
  if (holder) return held(dataDir, Number(holder))
  const why = /(?:FATAL|PANIC): +(.+)/.exec(log)?.[1] ?? 'it did not start in 30 s'
  return new Error(
    `PostgreSQL cannot use ${dataDir} (${why}). Move the folder away to begin with fresh data, then start again.`,
  )
}

async function answers(connectionString: string): Promise<boolean> {
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: 1_000 })
  client.on('error', () => {})
  try {
    await client.connect()
    await client.end()
    return true
  } catch {
    return false
  }
}

const ensureDatabase = (connectionString: string, name: string, template?: string): Promise<void> =>
  connected(connectionString, async (db) => {
    const { rowCount } = await db.query('SELECT FROM pg_database WHERE datname = $1', [name])
    if (rowCount) return
    const copied = template ? ` TEMPLATE ${pg.escapeIdentifier(template)} STRATEGY FILE_COPY` : ''
    await db.query(`CREATE DATABASE ${pg.escapeIdentifier(name)}${copied}`)
  })
