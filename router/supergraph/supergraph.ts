import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { BadEnvironment } from '@puchi/platform/env'
import type { Log } from '@puchi/platform/log'
import type { Telemetry } from '@puchi/platform/telemetry'
import type { Generation } from './generation.ts'
import { onFileChange } from './watch-file.ts'

/** The supergraph of a file, whichever version is good and newest. */
export type Supergraph = {
  /** Runs `work` on the present generation, which outlives it although the file changes meanwhile. */
  serve<T>(work: (generation: Generation) => Promise<T>): Promise<T>
  /** Tells of every swap to a new version; returns how to stop that. */
  onSwap(tell: () => void): () => void
  close(): Promise<void>
}

export type SupergraphOptions = {
  file: string
  build(sdl: string): Promise<Generation>
  log: Log
  telemetry: Telemetry
}

/** A generation, how many run on it, and whether a newer one has taken its place. */
type Serving = { generation: Generation; underway: number; retired: boolean }

/** Loads a supergraph file, and swaps to each new version of it that is good; a broken one is logged and counted. */
export async function openSupergraph(options: SupergraphOptions): Promise<Supergraph> {
  const { build, log, telemetry } = options
  const file = resolve(options.file)
  const reloads = telemetry.counter('supergraph_reloads_total', 'Swaps to a new version of the supergraph.')
  const failures = telemetry.counter('supergraph_reload_failures_total', 'New supergraphs refused as broken.')
  const first = await read(file)
  const { swap, ...supergraph } = createSwaps(
    await build(first).catch((error) => Promise.reject(broken(file, error))),
    log,
  )
  const stopWatching = followFile(file, first, async (text) => {
    try {
      if (text instanceof Error) throw text
      const next = await build(text)
      swap(next)
      reloads.inc()
      log.info({ file, subgraphs: next.subgraphs }, 'supergraph reloaded')
    } catch (error) {
      failures.inc()
      log.error({ err: error, file }, 'supergraph is broken; the last good one goes on serving')
    }
  })
  return {
    ...supergraph,
    async close() {
      await stopWatching()
      await supergraph.close()
    },
  }
}

/** Hands on each new text of a file after the other, or why it cannot be read; returns how to stop that. */
function followFile(
  file: string,
  first: string,
  take: (text: string | Error) => Promise<void>,
): () => Promise<void> {
  let seen = first
  let last = Promise.resolve()
  async function reread(): Promise<void> {
    const text = await read(file).catch((error: Error) => error)
    if (String(text) === seen) return
    seen = String(text)
    await take(text)
  }
  const look = () => {
    last = last.then(reread)
  }
  const stop = onFileChange(file, look)
  look() // it may have changed between the first read and the watching
  return () => {
    stop()
    return last
  }
}

/** Serves the generation that was swapped in last; a former one is closed when nothing runs on it any more. */
function createSwaps(first: Generation, log: Log): Supergraph & { swap(next: Generation): void } {
  const told = new Set<() => void>()
  let present = serving(first)

  function closeIdle({ retired, underway, generation }: Serving): void {
    if (retired && underway === 0)
      generation.close().catch((error) => log.warn({ err: error }, 'an old supergraph did not close'))
  }
  return {
    swap(next) {
      const old = present
      present = serving(next)
      old.retired = true
      closeIdle(old)
      for (const tell of told) tell()
    },
    async serve(work) {
      const mine = present
      mine.underway += 1
      try {
        return await work(mine.generation)
      } finally {
        mine.underway -= 1
        closeIdle(mine)
      }
    },
    onSwap(tell) {
      told.add(tell)
      return () => void told.delete(tell)
    },
    close: () => present.generation.close(),
  }
}

const serving = (generation: Generation): Serving => ({ generation, underway: 0, retired: false })

const read = (file: string): Promise<string> =>
  readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new BadEnvironment(`The supergraph file ${file} cannot be read (${error.code}).`)
  })

const broken = (file: string, error: Error): Error =>
  new BadEnvironment(`${file} is not a supergraph that can be served: ${reasonOf(error)}`)

/** What the loader says first of what is wrong, in one line and without the source around it. */
const reasonOf = ({ message }: Error): string =>
  message
    .replace(/\s*GraphQL request:.*$/s, '')
    .replace('.. Caused by', '. Caused by')
    .trim()
    .replaceAll(/\s+/g, ' ')
