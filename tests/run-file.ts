import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { Told } from './reporter.ts'

export type FileResult = {
  file: string
  told: Told[]
  /** What went wrong with the file itself; null where only its tests count. */
  broken: string | null
  /** What it wrote. */
  output: string
  seconds: number
}

type Run = {
  /** For what the reporter writes. */ folder: string
  env: NodeJS.ProcessEnv
  stopped: AbortSignal
}

/** How long a file may take, in seconds. */
const patience = Number(process.env['TEST_FILE_SECONDS'] || 300)
const reporter = new URL('reporter.ts', import.meta.url).href
let count = 0

/** Runs one test file in a process of its own, and ends that by force when it takes too long. */
export async function runFile(file: string, { folder, env, stopped }: Run): Promise<FileResult> {
  count += 1
  const told = join(folder, `${count}-${basename(file)}.jsonl`)
  const began = performance.now()
  const flags = [`--test-reporter=${reporter}`, `--test-reporter-destination=${told}`]
  // A group of its own, so that what it started can be ended with it.
  const child = spawn(process.execPath, [...flags, file], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  let late = false
  const timer = setTimeout(() => {
    late = true
    end('SIGKILL')
  }, patience * 1_000)
  const end = (signal: NodeJS.Signals) => {
    try {
      process.kill(-(child.pid ?? 0), signal)
    } catch {
      // it ended by itself meanwhile
    }
  }
  const interrupt = () => end('SIGTERM')
  stopped.addEventListener('abort', interrupt)
  const [out, error, [code, signal]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit'),
  ])
  clearTimeout(timer)
  stopped.removeEventListener('abort', interrupt)
  const events = readTold(told)
  const failed = events.some(({ kind }) => kind === 'failed')
  const ended = late ? `was stopped after ${patience} s` : `ended with ${code ?? signal}`
  return {
    file,
    told: events,
    broken: late || (code !== 0 && !failed) ? ended : null,
    output: out + error,
    seconds: (performance.now() - began) / 1_000,
  }
}

// A process that was killed may have left half a line.
const readTold = (path: string): Told[] =>
  (existsSync(path) ? readFileSync(path, 'utf8') : '')
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line))
