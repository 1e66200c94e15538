import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

/** Writes a file whole, for its owner alone: a run that is killed meanwhile, or a full disk, leaves what was there before. */
export function keepFile(file: string, content: string | Buffer): void {
  mkdirSync(dirname(file), { recursive: true })
  const draft = `${file}.draft`
  writeFileSync(draft, content, { mode: 0o600 })
  renameSync(draft, file)
}

/** What a kept file says; null where there is none. Throws a sentence that names one that cannot be read. */
export function keptIn<Content>(file: string, read: (text: string) => Content): Content | null {
  if (!existsSync(file)) return null
  try {
    return read(readFileSync(file, 'utf8'))
  } catch {
    throw new Error(`${file} cannot be read: remove it, and the next start makes another.`)
  }
}
