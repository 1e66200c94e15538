// npm run bench:events [-- --events 20000]  outbox → effect over a real RabbitMQ, beside bare amqplib on the same one
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { Worker } from 'node:worker_threads'
import { poolTransact } from '@puchi/platform/database/transaction'
import { storeEvents } from '@puchi/platform/outbox/store'
import { deploy } from '@puchi/prisma/migrate'
import { xpAwarded } from '@puchi/schema/events'
import { eventOf } from '@puchi/schema/events/envelope'
import amqp from 'amqplib'
import pg from 'pg'
import { startPostgres } from '../dev/postgres.ts'
import { findScripts, startNode } from '../dev/rabbit-node.ts'
import type { Role, Work } from './events/worker.ts'

const { values } = parseArgs({ options: { events: { type: 'string', default: '20000' } } })
const events = Number(values.events)
const users = 1_000
const bareQueue = 'bench.bare'
const goal = 1_500
const mostLag = 50

const folder = mkdtempSync(join(tmpdir(), 'puchi-bench-'))
const scripts = findScripts()
const given = process.env['RABBITMQ_URL']
if (!given && !scripts) throw new Error('Set RABBITMQ_URL, or install rabbitmq-server.')
const rabbit = given ? undefined : await startNode(scripts ?? '', join(folder, 'rabbitmq'))
const rabbitUrl = given ?? rabbit?.url ?? ''
const postgres = await startPostgres({ dataDir: join(folder, 'data'), durable: true })
const databaseUrl = await postgres.ensureDatabase('bench')
await deploy('user', databaseUrl)
const pool = new pg.Pool({ connectionString: databaseUrl })
pool.on('error', () => {}) // the server is stopped while connections still close
const transact = poolTransact(pool)
await pool.query(`CREATE TABLE effects (event_id uuid NOT NULL, user_id text NOT NULL, version bigint NOT NULL,
  lag int NOT NULL, at timestamptz NOT NULL DEFAULT clock_timestamp(), position bigint GENERATED ALWAYS AS IDENTITY)`)

const awarded = (i: number) =>
  eventOf(xpAwarded, { userId: `user_${i % users}`, lessonId: 'lesson_1', amount: 10, totalXp: i })

const workers: Worker[] = []

async function startWorker(role: Role, bytes = 0): Promise<{ worker: Worker; begin(): void }> {
  const workerData: Work = {
    role,
    databaseUrl,
    rabbitUrl: rabbitUrl ?? '',
    bareQueue,
    messages: events,
    bytes,
  }
  const worker = new Worker(new URL('./events/worker.ts', import.meta.url), { workerData })
  workers.push(worker)
  worker.on('error', (error) => console.error(role, error))
  await once(worker, 'message')
  return { worker, begin: () => worker.postMessage('begin') }
}

async function bare(bytes: number): Promise<number> {
  const connection = await amqp.connect(rabbitUrl)
  const channel = await connection.createChannel()
  await channel.deleteQueue(bareQueue)
  await channel.assertQueue(bareQueue, { durable: true, arguments: { 'x-queue-type': 'quorum' } })
  const consumer = await startWorker('bare consumer')
  const publisher = await startWorker('bare publisher', bytes)
  const began = performance.now()
  consumer.begin()
  publisher.begin()
  await once(consumer.worker, 'message')
  const rate = events / ((performance.now() - began) / 1_000)
  await Promise.all([consumer.worker.terminate(), publisher.worker.terminate()])
  await channel.deleteQueue(bareQueue)
  await connection.close()
  return rate
}

const effects = async () => Number((await pool.query('SELECT count(*) FROM effects')).rows[0].count)

async function untilEffects(count: number): Promise<void> {
  while ((await effects()) < count) await pause(100)
}

/** The outbox is filled first; the clock runs from the first effect to the last. */
async function sustained(): Promise<number> {
  for (let i = 0; i < events; i += 200)
    await transact((_, sql) =>
      storeEvents(
        sql,
        Array.from({ length: 200 }, (__, j) => awarded(i + j)),
        null,
      ),
    )
  for (const role of ['inbox', 'relay'] as const) (await startWorker(role)).begin()
  await untilEffects(events)
  const { rows } = await pool.query(
    'SELECT count(*) / extract(epoch FROM max(at) - min(at)) AS rate FROM effects',
  )
  return Number(rows[0].rate)
}

/** One event each 5 ms, each in a transaction of its own. */
async function lagAt200(seconds: number): Promise<{ median: number; p95: number; p99: number }> {
  const before = await effects()
  const count = seconds * 200
  const began = performance.now()
  for (let i = 0; i < count; i += 1) {
    const due = began + i * 5
    if (due > performance.now()) await pause(due - performance.now())
    transact((_, sql) => storeEvents(sql, [awarded(i)], null)).catch(console.error)
  }
  await untilEffects(before + count)
  const { rows } = await pool.query(
    `SELECT percentile_cont(ARRAY[0.5, 0.95, 0.99]) WITHIN GROUP (ORDER BY lag) AS lags
     FROM effects WHERE position > $1`,
    [before],
  )
  const [median, p95, p99] = rows[0].lags
  return { median, p95, p99 }
}

async function disorder(): Promise<{ inversions: number; duplicates: number }> {
  const { rows } = await pool.query(`SELECT count(*) FILTER (WHERE version <= before)::int AS inversions,
      (count(*) - count(DISTINCT event_id))::int AS duplicates
    FROM (SELECT *, lag(version) OVER (PARTITION BY user_id ORDER BY position) AS before FROM effects) AS e`)
  return rows[0]
}

const { rows } = await pool.query('SHOW server_version')
const envelope = 420
console.log(
  `${events} events of about ${envelope} bytes about ${users} users; ${cpus().length} × ${cpus()[0]?.model.trim()};`,
  `PostgreSQL ${rows[0].server_version}, fsync on; RabbitMQ, quorum queues, prefetch 20; Node ${process.version}`,
)
const bareRate = await bare(envelope)
console.log(`bare amqplib, confirm-publish + consume   ${bareRate.toFixed(0)} messages/s`)
const rate = await sustained()
console.log(`outbox → effect, sustained                 ${rate.toFixed(0)} events/s`)
const { median, p95, p99 } = await lagAt200(10)
console.log(`lag at 200/s                               median ${median} ms, p95 ${p95}, p99 ${p99}`)
const { inversions, duplicates } = await disorder()
console.log(`inversions ${inversions}, duplicates ${duplicates}`)

const wanted = Math.min(goal, bareRate / 3)
const missed = [
  rate >= wanted ? '' : `fewer than ${wanted.toFixed(0)} events/s`,
  median < mostLag ? '' : `a median lag over ${mostLag} ms`,
  inversions + duplicates === 0 ? '' : 'order or repeats',
].filter(Boolean)
console.log(
  missed.length === 0 ? `reached (${wanted.toFixed(0)} events/s)` : `NOT reached: ${missed.join(', ')}`,
)
await Promise.all(workers.map((worker) => worker.terminate()))
await pool.end()
await postgres.stop()
await rabbit?.stop()
rmSync(folder, { recursive: true, force: true })
process.exit(missed.length === 0 ? 0 : 1)
