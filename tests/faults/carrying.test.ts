import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { after, test } from 'node:test'
import { promisify } from 'node:util'
import type { Broker, Delivery, Message } from '@puchi/platform/broker'
import { createRabbitBroker } from '@puchi/platform/broker/rabbit'
import { on } from '@puchi/platform/inbox/apply'
import { createInbox } from '@puchi/platform/inbox/inbox'
import { createRelay } from '@puchi/platform/outbox/relay'
import { storeEvents } from '@puchi/platform/outbox/store'
import { createTelemetry } from '@puchi/platform/telemetry'
import { xpAwarded } from '@puchi/schema/events'
import { eventOf } from '@puchi/schema/events/envelope'
import { root } from '../../dev/subgraphs.ts'
import { vhostFor } from '../harness/rabbit.ts'
import { until } from '../harness/until.ts'
import { award, type Ground, inversionsIn, note, numberOf, openGround, pendingIn, quiet } from './ground.ts'

async function openBroker(url: string): Promise<Broker> {
  const options = { url, service: 'user', consumes: [xpAwarded.key], retryDelays: [20, 20, 20, 20] }
  const broker = await createRabbitBroker({ ...options, log: quiet, telemetry: createTelemetry('test') })
  after(broker.close)
  return broker
}

function startRelay({ url }: Ground, broker: Broker): void {
  const relay = createRelay({ url, broker, log: quiet, telemetry: createTelemetry('test') })
  after(relay.close)
}

const awarded = (index: number) =>
  eventOf(xpAwarded, { userId: `user_${index}`, lessonId: null, amount: 1, totalXp: 1 })

test('R20 two relays on RabbitMQ share a thousand aggregates, send nothing twice and keep the order of each', async () => {
  const ground = await openGround()
  const url = (await vhostFor()).url()
  const consumer = await openBroker(url)
  const came: Delivery[] = []
  await consumer.consume('user', async (delivery) => void came.push(delivery))
  const sent: Message[][] = [[], []]
  const brokers = await Promise.all(sent.map(() => openBroker(url)))
  for (const [i, broker] of brokers.entries())
    startRelay(ground, {
      ...broker,
      async publish(message) {
        await broker.publish(message)
        sent[i]?.push(message)
      },
    })
  const rounds = 3
  for (let round = 0; round < rounds; round += 1) {
    const events = Array.from({ length: 1_000 }, (_, i) => awarded(i))
    await ground.transact((_, sql) => storeEvents(sql, events, null))
  }
  await until('everything came', () => came.length >= rounds * 1_000, 30_000)
  await until('everything is marked', async () => (await pendingIn(ground.pool)) === 0, 30_000)
  assert.equal(came.length, rounds * 1_000)
  assert.equal(inversionsIn(came), 0)
  for (const { length } of sent)
    assert(length >= 0.3 * came.length, `one relay sent ${length} of ${came.length}`)
})

const cli = async (url: string, ...args: string[]) => {
  const env = { ...process.env, RABBITMQ_URL: url }
  const command = promisify(execFile)(process.execPath, [`${root}/dev/events.ts`, 'dead', ...args], { env })
  return command.then(
    ({ stdout }) => ({ code: 0, text: stdout }),
    ({ code, stderr }) => ({ code: Number(code), text: String(stderr) }),
  )
}

test('R23 a dead letter replayed twice has its effect once', async () => {
  const ground = await openGround()
  const url = (await vhostFor()).url()
  const broker = await openBroker(url)
  let isRepaired = false
  const handler = on(xpAwarded, async (event, _, sql) => {
    if (!isRepaired) throw new Error('not repaired yet')
    await note(event, sql)
  })
  const common = { broker, log: quiet, telemetry: createTelemetry('test') }
  await createInbox({ ...common, service: 'user', transact: ground.transact, handlers: [handler] })
  startRelay(ground, broker)
  await award(ground.transact, 'user_lan')
  const dead = () => broker.dead('user')
  await until('the event is dead', async () => (await dead()).length === 1, 30_000)
  // The same event dies once more: a crash of the relay may well have sent it twice.
  await ground.pool.query('UPDATE outbox SET published_at = NULL')
  await until('it is dead twice', async () => (await dead()).length === 2, 30_000)

  const [letter] = await dead()
  const id = letter?.id ?? ''
  assert.match(
    (await cli(url, 'list')).text,
    new RegExp(`${id} .*attempt 5\\n.*not repaired yet\\n[\\s\\S]*2 in all`),
  )
  assert.match((await cli(url, 'show', id)).text, /"type": "user.xp.awarded"/)
  isRepaired = true
  assert.match((await cli(url, 'replay', '--all')).text, /is back in the queue of user/)
  await until('it has its effect', async () => (await numberOf(ground.pool, 'effects')) > 0)
  await until('no letter is left', async () => (await dead()).length === 0)
  const again = await cli(url, 'replay', id)
  assert.deepEqual(again, { code: 1, text: `No dead letter has the id ${id}.\n` })
  await broker.close()
  assert.equal(await numberOf(ground.pool, 'effects'), 1)
  assert.equal((await cli(url, 'revive')).code, 2)
})
