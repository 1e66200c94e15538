import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { after } from 'node:test'

export type CarrierOptions = {
  databaseUrl: string
  rabbitUrl: string
  work?: 'relay' | 'inbox' | 'relay inbox'
  failpoint?: 'after-commit' | 'before-commit' | 'after-confirm' | 'slow'
}

/** Starts a process that relays and consumes; it is killed with the test. */
export function startCarrier({ databaseUrl, rabbitUrl, work, failpoint }: CarrierOptions): ChildProcess {
  const env = { ...process.env, DATABASE_URL: databaseUrl, RABBITMQ_URL: rabbitUrl }
  const child = spawn(process.execPath, [`${import.meta.dirname}/carrier.ts`], {
    env: { ...env, ...(work && { WORK: work }), ...(failpoint && { FAILPOINT: failpoint }) },
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  after(() => killed(child))
  return child
}

/** kill -9, and the end of it. */
export async function killed(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exit = once(child, 'exit')
  child.kill('SIGKILL')
  await exit
}

/** The signal that ended it. */
export async function endOf(child: ChildProcess): Promise<NodeJS.Signals | null> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  return child.signalCode
}
