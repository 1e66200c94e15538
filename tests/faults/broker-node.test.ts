import assert from 'node:assert/strict'
import { after, before, type TestContext, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import type { Broker } from '@puchi/platform/broker'
import { createTelemetry } from '@puchi/platform/telemetry'
import type { RabbitNode } from '../../dev/rabbit-node.ts'
import { messageOf, metricOf, rabbitBroker, type TestRabbitOptions } from '../harness/broker.ts'
import { startRabbitNode, vhostFor } from '../harness/rabbit.ts'
import { until } from '../harness/until.ts'
import { isFull } from './length.ts'

// These tests kill, freeze and starve a node: it is this file's own.
let node: RabbitNode
before(async () => {
  node = await startRabbitNode()
})
after(() => node.stop())

const key = 'auth.user.created'

async function openBroker(options: TestRabbitOptions): Promise<Broker> {
  const broker = await rabbitBroker(options)
  after(() => broker.close())
  return broker
}

async function openPair(more: Partial<TestRabbitOptions> = {}) {
  const url = (await vhostFor({ node })).url()
  const auth = await openBroker({ service: 'auth', url, ...more })
  const user = await openBroker({ service: 'user', url, consumes: [key] })
  return { auth, user }
}

const isPublished = (broker: Broker) =>
  broker.publish(messageOf(key)).then(
    () => true,
    () => false,
  )

/** The broker is killed among two thousand publishes, and started again. */
async function killAmongPublishes(t: TestContext): Promise<void> {
  const { auth, user } = await openPair()
  const consumed = new Set<string>()
  await user.consume('user', async ({ id }) => void consumed.add(id))
  // A quorum queue just declared is not on the disk yet: killed at once it comes back empty.
  await pause(3_000)
  const confirmed = new Set<string>()
  const pending = new Map(Array.from({ length: 2_000 }, () => messageOf(key)).map((one) => [one.id, one]))
  const { promise: killed, resolve: kill } = Promise.withResolvers<Promise<void>>()
  /** Kills it in the midst: the moment the three hundredth is confirmed. */
  function confirm(id: string): void {
    pending.delete(id)
    if (confirmed.add(id).size === 300) kill(node.kill())
  }
  /** Stands for the outbox: two hundred at a time, and what is not confirmed is sent again. */
  async function sendAll(): Promise<void> {
    for (; pending.size > 0; await pause(20)) {
      if (auth.away()) continue
      const some = [...pending.values()].slice(0, 200)
      await Promise.allSettled(some.map((one) => auth.publish(one).then(() => confirm(one.id))))
    }
  }
  const sending = sendAll()
  await killed
  const before = confirmed.size
  assert(before < 2_000, 'it was killed among the publishes')
  await until('both notice', () => auth.away())
  await node.start()
  const ms = await until('it is connected again', () => !auth.away(), 5_000)
  await sending
  await until('all are consumed', () => Array.from(confirmed).every((id) => consumed.has(id)))
  assert.equal(consumed.size, 2_000)
  t.diagnostic(`killed at ${before} confirms; publishing again ${ms.toFixed()} ms after its port was open`)
}

test('R1 a broker killed among two thousand publishes loses nothing that it confirmed', async (t) => {
  for (let i = 0; i < (isFull ? 5 : 1); i += 1) await killAmongPublishes(t)
})

test('R4 a frozen broker is noticed by its silence; publishing fails at once, and goes on when it thaws', async (t) => {
  const telemetry = createTelemetry('auth')
  const heartbeat = isFull ? 5 : 1 // seconds
  const { auth, user } = await openPair({ heartbeat, telemetry })
  let got = 0
  await user.consume('user', async () => void got++)
  await auth.publish(messageOf(key))
  await node.freeze()
  const inFlight = auth.publish(messageOf(key)).catch((error: Error) => error)
  const noticed = await until('it is noticed', () => auth.away(), 3_000 * heartbeat + 500)
  assert.match(String(await inFlight), /BrokerAway/)
  const begun = performance.now()
  await assert.rejects(auth.publish(messageOf(key)), /away/)
  assert(performance.now() - begun < 50)
  assert.equal(await metricOf(telemetry, 'broker_connected'), 0)
  await pause(isFull ? 60_000 - noticed : 0)
  await node.thaw()
  const back = await until('it publishes again', () => isPublished(auth), 5_000)
  await until('it consumes again', () => got >= 2)
  // Publishing and consuming have a connection each, and either may be the first to be back.
  await until('both connections count', async () => (await metricOf(telemetry, 'broker_connected')) === 1)
  assert((await metricOf(telemetry, 'broker_reconnects_total')) >= 1)
  t.diagnostic(
    `noticed after ${noticed.toFixed()} ms at a heartbeat of ${heartbeat} s, back after ${back.toFixed()} ms`,
  )
})

test('R18 a broker without disk takes nothing: publishing fails at once, memory stays, consuming goes on', async (t) => {
  const telemetry = createTelemetry('auth')
  const { promise: released, resolve: release } = Promise.withResolvers<void>()
  after(() => release())
  const { auth, user } = await openPair({ telemetry })
  const got: string[] = []
  await user.consume('user', async ({ id }) => {
    await released
    got.push(id)
  })
  for (let i = 0; i < 50; i += 1) await auth.publish(messageOf(key))
  await node.ctl('set_disk_free_limit', '1000000GB')
  // RabbitMQ tells a connection when that publishes next.
  const caught = messageOf(key)
  await assert.rejects(auth.publish(caught), /takes no messages/)
  assert.equal(auth.away(), true)
  assert.equal(await metricOf(telemetry, 'broker_blocked'), 1)
  const before = process.memoryUsage().rss
  const ends = performance.now() + (isFull ? 120_000 : 0)
  let attempts = 0
  for (; attempts < 5_000 || performance.now() < ends; attempts += 1) {
    await auth.publish(caught).catch(() => {})
    if (attempts % 100 === 0) await pause(isFull ? 10 : 0)
  }
  const grown = (process.memoryUsage().rss - before) / 1e6
  assert(grown < 30, `RSS grew by ${grown} MB`)
  release()
  await until('what lay in the queue is consumed meanwhile', () => got.length >= 50)
  await node.ctl('set_disk_free_limit', '50MB')
  const ms = await until('it publishes again', () => isPublished(auth), 10_000)
  assert.equal(await metricOf(telemetry, 'broker_blocked'), 0)
  t.diagnostic(`RSS grew by ${grown.toFixed()} MB in ${attempts} attempts; back after ${ms.toFixed()} ms`)
})
