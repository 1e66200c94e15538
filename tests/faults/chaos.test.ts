import assert from 'node:assert/strict'
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { createRabbitBroker } from '@puchi/platform/broker/rabbit'
import { createTelemetry } from '@puchi/platform/telemetry'
import { deploy } from '@puchi/prisma/migrate'
import { xpAwarded } from '@puchi/schema/events'
import { startRabbitNode } from '../harness/rabbit.ts'
import { until } from '../harness/until.ts'
import { createCarriers, createCrashing, faultsOf } from './chaos.ts'
import { award, type Ground, numberOf, openGround, pendingIn, quiet } from './ground.ts'
import { isFull } from './length.ts'

const lasting = isFull ? 600_000 : 60_000
const wanted = isFull ? 10_000 : 2_000
const settling = 150_000
const timeout = 3 * lasting + settling

const folder = mkdtempSync(join(tmpdir(), 'puchi-chaos-'))
const history = join(isFull ? tmpdir() : folder, `puchi-chaos-${process.pid}.jsonl`)
const record = (entry: object) => appendFileSync(history, `${JSON.stringify({ at: Date.now(), ...entry })}\n`)

const rabbit = await startRabbitNode()
after(rabbit.stop)
const postgres = await createCrashing(join(folder, 'data'), async () => {
  const { rows } = await ground.pool.query('SHOW data_directory')
  return Number(readFileSync(join(rows[0].data_directory, 'postmaster.pid'), 'utf8').split('\n', 1)[0])
})
after(async () => {
  await postgres.stop()
  rmSync(folder, { recursive: true, force: true })
})
const url = await postgres.ensureDatabase('chaos')
await deploy('user', url)
const ground: Ground = await openGround(url)
const carriers = createCarriers({ databaseUrl: url, rabbitUrl: rabbit.url })
after(carriers.close)

let written = 0
let confirmedSoFar = 0

/** Awards with a number of its own each, and records how each one ended: for a time, and until enough succeeded. */
async function write(end: number): Promise<void> {
  const running = new Set<Promise<void>>()
  while (Date.now() < end || confirmedSoFar < wanted) {
    written += 1
    const amount = written
    const ending = award(ground.transact, `user_${amount % 40}`, amount).then(
      () => {
        confirmedSoFar += 1
        record({ award: amount, ok: true })
      },
      (error: Error) => record({ award: amount, ok: false, why: error.message }),
    )
    running.add(ending)
    ending.finally(() => running.delete(ending))
    await pause(running.size > 20 ? 50 : 10)
  }
  await Promise.all(running)
}

const entries = (): { award?: number; ok?: boolean }[] =>
  readFileSync(history, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line))

const awardsThat = (ok: boolean): Set<number> =>
  new Set(entries().flatMap((entry) => (entry.award && entry.ok === ok ? [entry.award] : [])))

async function settled(): Promise<void> {
  await until('the outbox is empty', async () => (await pendingIn(ground.pool)) === 0, settling)
  const isApplied = async () =>
    (await numberOf(ground.pool, 'inbox')) === (await numberOf(ground.pool, 'outbox'))
  await until('every event is applied', isApplied, settling)
}

test('R5 while the broker is down every mutation succeeds, and all is carried soon after it is back', {
  timeout,
}, async (t) => {
  await award(ground.transact, 'user_0', 1_000_000)
  await settled()
  await rabbit.kill()
  const seconds = isFull ? 600 : 10
  for (let i = 0; i < seconds * 20; i += 1) {
    await award(ground.transact, `user_${i % 40}`, 1_000_001 + i)
    await pause(50)
  }
  assert.equal(await pendingIn(ground.pool), seconds * 20)
  await rabbit.start()
  const began = performance.now()
  await until('all is carried', async () => (await pendingIn(ground.pool)) === 0, 60_000)
  t.diagnostic(
    `${seconds * 20} events in ${Math.round(performance.now() - began)} ms after the broker was back`,
  )
  await settled()
  await ground.pool.query('TRUNCATE effects, outbox, inbox, balances')
})

test('R24 whatever is killed, no event is lost, made up or applied twice', { timeout }, async (t) => {
  const end = Date.now() + lasting
  const writing = write(end)
  const faults = faultsOf(rabbit, postgres.crash, carriers.replace)
  for (let i = 0; Date.now() < end || confirmedSoFar < wanted; i += 1) {
    // Each kind once, then as it happens.
    const fault = faults[i < faults.length ? i : Math.floor(Math.random() * faults.length)]
    record({ fault: fault?.name })
    await fault?.happen()
    await pause(Math.random() * 2_000)
  }
  await writing
  await settled()

  const { rows } = await ground.pool.query(
    'SELECT xp::int AS award, count(*)::int AS times FROM effects GROUP BY 1',
  )
  const applied = new Map(rows.map(({ award: number, times }) => [number, times]))
  const [confirmed, doubtful] = [awardsThat(true), awardsThat(false)]
  const lost = Array.from(confirmed).filter((number) => !applied.has(number))
  const phantom = Array.from(applied.keys()).filter(
    (number) => !confirmed.has(number) && !doubtful.has(number),
  )
  const twice = rows.filter(({ times }) => times > 1)
  t.diagnostic(`${written} awards, ${confirmed.size} confirmed, ${applied.size} applied; history: ${history}`)
  assert.deepEqual({ lost, phantom, twice }, { lost: [], phantom: [], twice: [] })
  assert.equal(
    await numberOf(ground.pool, 'effects e WHERE NOT EXISTS (SELECT FROM outbox WHERE id = e.event_id)'),
    0,
  )
  const sums = await ground.pool.query(
    `SELECT (SELECT sum(xp) FROM balances)::int AS kept, (SELECT sum(xp) FROM effects)::int AS told`,
  )
  assert.equal(sums.rows[0].kept, sums.rows[0].told)
  assert(confirmed.size >= wanted)
  assert.deepEqual(await dead(), [])
})

async function dead() {
  const options = { url: rabbit.url, service: 'user', consumes: [xpAwarded.key] }
  const broker = await createRabbitBroker({ ...options, log: quiet, telemetry: createTelemetry('test') })
  return broker.dead('user').finally(broker.close)
}
