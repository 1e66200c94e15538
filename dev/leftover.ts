import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

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
