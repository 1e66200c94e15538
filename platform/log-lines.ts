import { write, writeSync } from 'node:fs'

const mostWaiting = 4 * 1024 * 1024
const pause = 50
const lastTries = 20

/** Where pino writes lines to. */
export type Lines = { write(line: string): void; flushSync(): void }

/**
 * Writes lines to a file descriptor and holds nobody up: while nobody reads them, or the disk is full, they wait, at
 * most 4 MiB of them, and the rest is dropped. `flushSync` gives up after a second. (sonic-boom's own never does when the reader is gone.)
 */
export function linesTo(fd: number): Lines {
  let waiting: string[] = []
  let size = 0
  let isWriting = false
  let isGone = false

  const take = (): Buffer => {
    const all = Buffer.from(waiting.join(''))
    waiting = []
    size = 0
    return all
  }
  /** Writes what waits, one piece at a time; `isWriting` until nothing does. */
  function pump(bytes: Buffer): void {
    isWriting = bytes.length > 0 && !isGone
    if (!isWriting) return
    write(fd, bytes, (error, written) => {
      if (error && isFull(error)) return void setTimeout(pump, pause, bytes).unref()
      isGone = error !== null
      pump(written < bytes.length ? bytes.subarray(written) : take())
    })
  }
  return {
    write(line) {
      if (isGone || size > mostWaiting) return
      waiting.push(line)
      size += line.length
      if (!isWriting) pump(take())
    },
    flushSync() {
      let bytes = take()
      for (let tries = 0; bytes.length > 0 && !isGone && tries < lastTries; ) {
        try {
          bytes = bytes.subarray(writeSync(fd, bytes))
        } catch (error) {
          if (!isFull(error as NodeJS.ErrnoException)) return
          tries += 1
          Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pause)
        }
      }
    },
  }
}

/** A pipe, or the disk under a file: either may have room again. */
const isFull = ({ code = '' }: NodeJS.ErrnoException): boolean =>
  ['EAGAIN', 'EBUSY', 'ENOSPC', 'EDQUOT'].includes(code)

let stdout: Lines | undefined

/** Standard output, one for all services of a process, so that no line lands inside another. */
export function stdoutLines(): Lines {
  if (stdout) return stdout
  const lines = linesTo(process.stdout.fd)
  process.on('exit', lines.flushSync)
  stdout = lines
  return lines
}
