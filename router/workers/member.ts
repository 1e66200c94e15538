import cluster, { type Worker } from 'node:cluster'
import type { Report, Said, Told } from './word.ts'

/** A worker, and what it said of itself last. */
export type Member = {
  process: Worker['process']
  report: Report | undefined
  /** When it last said anything, on the clock of `performance`. */
  heard: number
  /** The port that it listens on; rejects where it ends before. */
  listens: Promise<number>
  /** Resolves when its process is gone, with how it ended. */
  gone: Promise<string | number>
  tell(told: Told): void
}

/** Starts a worker process. */
export function forkMember(): Member {
  const worker = cluster.fork()
  const listens = Promise.withResolvers<number>()
  const gone = Promise.withResolvers<string | number>()
  const member: Member = {
    process: worker.process,
    report: undefined,
    heard: performance.now(),
    listens: listens.promise,
    gone: gone.promise,
    tell: (told) => void (worker.isConnected() && worker.send(told)),
  }
  worker.on('message', (said: Said) => {
    if ('listens' in said) listens.resolve(said.listens)
    if ('report' in said) Object.assign(member, { report: said.report, heard: performance.now() })
  })
  // What is sent to a worker in its last moment; that it is gone is told by its exit.
  worker.on('error', () => {})
  worker.once('exit', (code, signal) => {
    listens.reject(new Error('a worker ended before it listened'))
    gone.resolve(signal ?? code)
  })
  listens.promise.catch(() => {})
  return member
}
