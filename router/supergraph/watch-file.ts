import { unwatchFile, watch, watchFile } from 'node:fs'
import { basename, dirname } from 'node:path'

const settled = 50
const polled = 500

/**
 * Calls `changed` soon after a file may have changed, until the returned function is called. Watches the folder,
 * since editors and `mv` replace the file; and polls its state, since folders of some mounts tell nothing.
 */
export function onFileChange(file: string, changed: () => void): () => void {
  let timer: NodeJS.Timeout | undefined
  const soon = () => {
    clearTimeout(timer)
    timer = setTimeout(changed, settled)
  }
  const folder = watch(dirname(file), (_, name) => {
    if (name === null || name === basename(file)) soon()
  })
  folder.on('error', () => folder.close())
  watchFile(file, { interval: polled }, soon)
  return () => {
    folder.close()
    unwatchFile(file, soon)
    clearTimeout(timer)
  }
}
