import { type FSWatcher, globSync, watch } from 'node:fs'
import { join, relative } from 'node:path'
import { root } from '../subgraphs.ts'

const settled = 100
const watched = [
  '.',
  '{dev,platform,prisma,router,schema,subgraphs}',
  '{dev,platform,prisma,router,schema,subgraphs}/**/',
]

/**
 * Tells which files of the project changed, a moment after the last of them did; returns how to stop. Each folder is
 * watched by itself, since watching deeply would watch every installed package too.
 */
export function onChange(tell: (paths: string[]) => void): () => void {
  const watchers = new Map<string, FSWatcher>()
  const changed = new Set<string>()
  let timer: NodeJS.Timeout | undefined
  function note(folder: string, name: string | null): void {
    if (name !== null) changed.add(relative(root, join(folder, name)))
    clearTimeout(timer)
    timer = setTimeout(() => {
      const paths = [...changed]
      changed.clear()
      look() // folders may be new
      tell(paths)
    }, settled)
  }
  function look(): void {
    const folders = globSync(watched, { cwd: root, exclude: (path) => /node_modules|\.data/.test(`${path}`) })
    for (const folder of folders.map((path) => join(root, path))) {
      if (watchers.has(folder)) continue
      const watcher = watch(folder, (_, name) => note(folder, name))
      watcher.on('error', () => {
        watchers.delete(folder)
        watcher.close()
      })
      watchers.set(folder, watcher)
    }
  }
  look()
  return () => {
    clearTimeout(timer)
    for (const watcher of watchers.values()) watcher.close()
  }
}
