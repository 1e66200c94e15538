import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'

/** A program of this bench in a process of its own, which answers one message at a time. */
export type Running = { child: ChildProcess; url: string }

/** Starts one; `env` is all that it is told. */
export async function launch(file: string, args: string[], env: NodeJS.ProcessEnv): Promise<Running> {
  const child = fork(new URL(file, import.meta.url), args, { env, serialization: 'advanced' })
  const [{ url }] = (await once(child, 'message')) as [{ url: string }]
  return { child, url }
}

/** Says something to a process and answers what it says to that. */
export async function tell<Answer>({ child }: Running, message: unknown): Promise<Answer> {
  const said = once(child, 'message')
  child.send(message as object)
  const [answer] = await said
  return answer as Answer
}

/** Microseconds of CPU that a process has used so far. */
export async function cpuOf(running: Running): Promise<number> {
  const { user, system } = await tell<NodeJS.CpuUsage>(running, 'cpu')
  return user + system
}

/** Does work for each number below `count`, so many at a time. */
export async function atOnce(
  count: number,
  concurrency: number,
  work: (i: number) => Promise<unknown>,
): Promise<void> {
  let next = 0
  const worker = async () => {
    while (next < count) await work(next++)
  }
  await Promise.all(Array.from({ length: concurrency }, worker))
}
