import { existsSync, readFileSync } from 'node:fs'
import { type FileHandle, open, rename } from 'node:fs/promises'
import { inBatches } from '../../batches.ts'

/** A message in a queue, as its file keeps it. */
export type Entry = {
  /** Its place in the queue. */
  n: number
  id: string
  key: string
  /** Base64: not every message is text. */
  body: string
  attempt: number
  /** When the next attempt is due, while it waits for one. */
  due?: number
  /** Why and when it died; set for dead letters only. */
  died?: { reason: string; at: string }
}

type Gone = { n: number; gone: true }

/**
 * The messages of one queue in a file of lines: the last line about a place in the queue holds. A crash may cut the
 * last line short: it is left out, and nobody was told that it is kept.
 */
export type Journal = {
  entries: readonly Entry[]
  /** Resolves when the line is on the disk. */
  write(line: Entry | Gone): Promise<void>
  close(): Promise<void>
}

const mostInBatch = 1_000
const fewLines = 2_000

export async function openJournal(path: string): Promise<Journal> {
  const live = new Map(read(path).map((entry) => [entry.n, entry]))
  let lines = 0
  let file = await compacted()

  /** The file written anew with what lives, and put in place of the old one in one step. */
  async function compacted(): Promise<FileHandle> {
    const fresh = await open(`${path}.new`, 'w')
    await fresh.appendFile(Array.from(live.values(), lineOf).join(''))
    await fresh.datasync()
    await rename(`${path}.new`, path)
    lines = live.size
    return fresh
  }

  const write = inBatches(async (batch: (Entry | Gone)[]) => {
    await file.appendFile(batch.map(lineOf).join(''))
    await file.datasync()
    lines += batch.length
    for (const line of batch) {
      if ('gone' in line) live.delete(line.n)
      else live.set(line.n, line)
    }
    if (lines < fewLines || lines < 2 * live.size) return
    const old = file
    file = await compacted()
    await old.close()
  }, mostInBatch)

  return { entries: Array.from(live.values()), write, close: () => file.close() }
}

const lineOf = (line: Entry | Gone): string => `${JSON.stringify(line)}\n`

function read(path: string): Entry[] {
  const live = new Map<number, Entry>()
  const text = existsSync(path) ? readFileSync(path, 'utf8') : ''
  const whole = text.slice(0, text.lastIndexOf('\n') + 1)
  for (const line of whole.split('\n').filter(Boolean)) {
    const parsed: Entry | Gone = JSON.parse(line)
    if ('gone' in parsed) live.delete(parsed.n)
    else live.set(parsed.n, parsed)
  }
  return Array.from(live.values()).sort((a, b) => a.n - b.n)
}
