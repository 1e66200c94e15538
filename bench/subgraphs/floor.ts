// The floor: nothing but `pg` and the statements it is told, in a process of its own.
import pg from 'pg'
import { atOnce } from './process.ts'
import { replay, type Statement } from './statements.ts'

export type Task = { calls: Statement[][]; concurrency: number }
export type Done = { cpu: number; took: number[]; last: unknown[][] }

// As many connections as a service has.
const pool = new pg.Pool({ connectionString: process.env['USER_DATABASE_URL'], max: 10 })

async function run({ calls, concurrency }: Task): Promise<Done> {
  const took: number[] = []
  let last: unknown[][] = []
  const before = process.cpuUsage()
  await atOnce(calls.length, concurrency, async (i) => {
    const began = performance.now()
    last = await replay(pool, calls[i] ?? [])
    took.push(performance.now() - began)
  })
  const { user, system } = process.cpuUsage(before)
  return { cpu: user + system, took, last }
}

process.on('message', (task: Task) => void run(task).then((done) => process.send?.(done)))
process.on('disconnect', () => process.exit())
process.send?.({ url: '' })
