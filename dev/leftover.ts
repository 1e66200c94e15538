import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

type Leftover = {
  /** In the folder: begins with the server's process id. */
  pidFile: string
  /** What it is asked to stop with. */
  signal: NodeJS.Signals
  /** Whether a command line is that of the folder's server: a process id may belong to somebody else by now. */
  isIt(command: string): boolean
}

const patience = 30_000

/**
 * Stops a server that outlived a killed run, since two would write to one folder; resolves with its command line where
 * there was one. Throws where another run holds the folder.
 */
export async function endLeftover(folder: string, server: Leftover): Promise<string | undefined> {
  const file = join(folder, server.pidFile)
  if (!existsSync(file)) return undefined
  const pid = Number.parseInt(readFileSync(file, 'utf8'), 10)
  const { command } = processInfo(pid)
  if (!server.isIt(command)) return undefined
  if (runnerOf(pid)) throw held(folder, pid)
  process.kill(pid, server.signal)
  for (const until = Date.now() + patience; server.isIt(processInfo(pid).command); await pause(50))
    if (Date.now() > until) throw held(folder, pid)
  return command
}

/** The node that a server runs under, with a script between them at most; undefined where it outlived that. */
export function runnerOf(server: number): number | undefined {
  const { parent } = processInfo(server)
  const above = [parent, parent > 1 ? processInfo(parent).parent : 0]
  return above.find((pid) => pid > 1 && /\bnode\b/.test(processInfo(pid).command))
}

/** Says whose server has a data folder. */
export const held = (dataDir: string, server: number): Error =>
  new Error(
    `Another run (process ${runnerOf(server) ?? server}) holds ${dataDir}: stop it, then start again.`,
  )

/** What runs under a process id, and who started it; nothing and 0 where none runs. */
export function processInfo(pid: number): { command: string; parent: number } {
  const { stdout } = spawnSync('ps', ['-ww', '-o', 'ppid=,command=', '-p', String(pid)], { encoding: 'utf8' })
  const [, parent, command] = /^ *(\d+) +(.*)/.exec(stdout ?? '') ?? fromProc(pid)
  return { command: command ?? '', parent: Number(parent ?? 0) }
}

// Slim containers have no ps.
function fromProc(pid: number): [string, string, string] | [] {
  try {
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
    const parent = /^PPid:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
    return ['', parent ?? '0', command]
  } catch {
    return []
  }
}
