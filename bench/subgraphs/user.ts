import { isDeepStrictEqual } from 'node:util'
import type pg from 'pg'
import { median, percentile } from '../percentile.ts'
import { asking } from './ask.ts'
import { type Call, type Case, cases, reported, reportOf } from './cases.ts'
import { type About, callerEnv } from './environment.ts'
import type { Done, Task } from './floor.ts'
import { fillLearners, keptOf, people } from './learners.ts'
import { atOnce, cpuOf, launch, type Running, tell } from './process.ts'
import { mustBeSameRows, type Statement } from './statements.ts'

const rounds = 4

type Bench = { user: Running; floor: Running; owner: pg.Client; requests: number }

const ask = ({ user }: Bench, { asked, viewer }: Call) => asking(user.url)(asked, viewer)
const runFloor = ({ floor }: Bench, task: Task) => tell<Done>(floor, task)

/** The statements that user asks for one call. */
async function noted(bench: Bench, call: Call): Promise<Statement[]> {
  await tell(bench.user, 'note')
  await ask(bench, call)
  return tell<Statement[]>(bench.user, 'noted')
}

/** The floor must read the rows that user read, and keep the rows that user kept. */
async function compare(bench: Bench): Promise<void> {
  for (const one of cases.filter(({ name }) => !name.startsWith('recordProgress'))) {
    const text = await ask(bench, one.call(0))
    if (/"(username|userByUsername)":null/.test(text)) throw new Error(`${one.name}: somebody is missing`)
    const statements = await noted(bench, one.call(0))
    const { last } = await runFloor(bench, { calls: [statements], concurrency: 1 })
    mustBeSameRows(statements, last)
    const bytes = JSON.stringify(last).length
    console.log(`${one.name}: ${statements.length} statements, the same ${bytes} bytes of rows`)
  }
  const [ours, floors] = ['user_90', 'user_91'] as const
  for (const learner of [ours, floors]) await ask(bench, reportOf(learner, 'before'))
  const statements = await noted(bench, reportOf(ours, 'compared'))
  const calls = [reported(statements, { learner: ours, name: 'compared' }).as(floors, 'compared')]
  await runFloor(bench, { calls, concurrency: 1 })
  const kept = await Promise.all([ours, floors].map((learner) => keptOf(bench.owner, learner)))
  if (!isDeepStrictEqual(kept[0], kept[1])) throw new Error(`kept otherwise: ${JSON.stringify(kept)}`)
  const rows = Object.values(kept[0] ?? {}).flat().length
  console.log(`recordProgress: ${statements.length} statements, the same ${rows} rows kept`)
}

/** `refused`: calls that waited 2 s for a connection or a lock, as they may where others have the machine. */
type Taken = { cpu: number[]; took: number[]; refused: number }

const nothing = (): Taken => ({ cpu: [], took: [], refused: 0 })

function refusal(error: Error): undefined {
  if (!/OVERLOADED|SERVICE_UNAVAILABLE/.test(error.message)) throw error
}

async function measureUser(
  bench: Bench,
  one: Case,
  from: number,
  count: number,
  taken: Taken,
): Promise<void> {
  const before = await cpuOf(bench.user)
  const { length } = taken.took
  await atOnce(count, one.concurrency, async (i) => {
    const began = performance.now()
    const answered = await ask(bench, one.call(from + i)).catch(refusal)
    if (answered) taken.took.push(performance.now() - began)
    else taken.refused += 1
  })
  taken.cpu.push(((await cpuOf(bench.user)) - before) / (taken.took.length - length))
}

async function measureFloor(bench: Bench, one: Case, calls: Statement[][], taken: Taken): Promise<void> {
  const { cpu, took } = await runFloor(bench, { calls, concurrency: one.concurrency })
  taken.cpu.push(cpu / calls.length)
  taken.took.push(...took)
}

/** User and the floor in turns. The first turn of each warms up and does not count. */
async function measure(bench: Bench, one: Case): Promise<{ user: Taken; floor: Taken }> {
  const count = Math.ceil((one.calls * bench.requests) / 400)
  const learners = one.name.startsWith('recordProgress') ? one.concurrency : 1
  for (let i = 1; i <= learners; i += 1) await ask(bench, one.call(1_000_000 + i))
  const statements = await noted(bench, one.call(0))
  const all = { user: nothing(), floor: nothing() }
  for (let round = 0; round <= rounds; round += 1) {
    const into = round === 0 ? { user: nothing(), floor: nothing() } : all
    const from = 1 + round * count
    await measureUser(bench, one, from, count, into.user)
    const calls = Array.from({ length: count }, (_, i) => one.statements(statements, from + i))
    await measureFloor(bench, one, calls, into.floor)
  }
  return all
}

const told = ({ cpu, took, refused }: Taken): string =>
  `${refused > 0 ? `${refused} refused, ` : ''}${median(cpu).toFixed(0)} µs CPU, p50 ${median(took).toFixed(2)} p99 ${percentile(took, 0.99).toFixed(2)} ms`

/** Prints what a case took. Answers its name where it misses its goal. */
async function report(bench: Bench, one: Case): Promise<string[]> {
  const { user, floor } = await measure(bench, one)
  const cpu = median(user.cpu)
  const times = cpu / median(floor.cpu)
  const { goal } = one
  const isMet = !goal || ('cpu' in goal ? cpu <= goal.cpu : times <= goal.times)
  const asked = goal && ('cpu' in goal ? `at most ${goal.cpu} µs` : `at most ${goal.times} times`)
  const verdict = goal ? `; goal ${asked} ${isMet ? 'met' : 'MISSED'}` : ''
  console.log(`user, ${one.name}: ${told(user)}`)
  console.log(`  raw SQL: ${told(floor)}; ${times.toFixed(1)} times the floor${verdict}`)
  return isMet ? [] : [`user, ${one.name}`]
}

/** User beside its own statements, asked by a program that does nothing else. Answers what misses its goal. */
export async function benchUser({ databaseUrl, folder, requests }: About): Promise<string[]> {
  const url = await databaseUrl('user')
  const owner = await fillLearners(url)
  const env = { ...callerEnv(folder), USER_PORT: '0', USER_ADMIN_PORT: '0', USER_DATABASE_URL: url }
  const [user, floor] = await Promise.all([launch('server.ts', ['user'], env), launch('floor.ts', [], env)])
  const bench = { user, floor, owner, requests }
  console.log(`user: ${people} learners; nobody carries its events away meanwhile (that is bench:events)`)
  try {
    await compare(bench)
    const missed: string[] = []
    for (const one of cases) missed.push(...(await report(bench, one)))
    return missed
  } finally {
    for (const { child } of [user, floor]) child.kill()
    await owner.end()
  }
}
