import { parentPort, workerData } from 'node:worker_threads'
import { createRabbitBroker } from '@puchi/platform/broker/rabbit'
import { poolTransact } from '@puchi/platform/database/transaction'
import { on } from '@puchi/platform/inbox/apply'
import { createInbox } from '@puchi/platform/inbox/inbox'
import { createLog } from '@puchi/platform/log'
import { createRelay } from '@puchi/platform/outbox/relay'
import { createTelemetry } from '@puchi/platform/telemetry'
import { xpAwarded } from '@puchi/schema/events'
import amqp from 'amqplib'
import pg from 'pg'

export type Role = 'relay' | 'inbox' | 'bare publisher' | 'bare consumer'
export type Work = {
  role: Role
  databaseUrl: string
  rabbitUrl: string
  bareQueue: string
  messages: number
  bytes: number
}

const work = workerData as Work
const { bareQueue } = work
const log = createLog('bench', 'warn')
const telemetry = createTelemetry('bench')

const broker = () =>
  createRabbitBroker({ url: work.rabbitUrl, service: 'user', consumes: [xpAwarded.key], log, telemetry })

const effect = 'INSERT INTO effects (event_id, user_id, version, lag) VALUES ($1, $2, $3, $4)'

const noted = on(xpAwarded, async ({ id, occurredAt, aggregate, data }, _, sql) => {
  await sql.query(effect, [id, data.userId, aggregate.version, Date.now() - Date.parse(occurredAt)])
})

async function inbox(): Promise<void> {
  const transact = poolTransact(new pg.Pool({ connectionString: work.databaseUrl }))
  await createInbox({ service: 'user', broker: await broker(), transact, handlers: [noted], log, telemetry })
}

async function barePublisher(): Promise<void> {
  const channel = await (await amqp.connect(work.rabbitUrl)).createConfirmChannel()
  const body = Buffer.alloc(work.bytes, 'x')
  for (let sent = 0; sent < work.messages; sent += 1) {
    // As many on their way as the relay has.
    if (sent % 512 === 511) await channel.waitForConfirms()
    channel.publish('', bareQueue, body, { persistent: true, mandatory: true })
  }
  await channel.waitForConfirms()
}

async function bareConsumer(): Promise<void> {
  const channel = await (await amqp.connect(work.rabbitUrl)).createChannel()
  await channel.prefetch(20)
  let came = 0
  await channel.consume(bareQueue, (message) => {
    if (!message) return
    channel.ack(message)
    came += 1
    if (came === work.messages) parentPort?.postMessage('done')
  })
}

const roles: Record<Role, () => Promise<unknown>> = {
  relay: async () => createRelay({ url: work.databaseUrl, broker: await broker(), log, telemetry }),
  inbox,
  'bare publisher': barePublisher,
  'bare consumer': bareConsumer,
}

// Begun at a word, so that loading the code is not measured.
parentPort?.once('message', () => roles[work.role]())
parentPort?.postMessage('ready')
