import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { after, test } from 'node:test'
import { promisify } from 'node:util'
import { type Broker, type Delivery, Rejected, Unroutable } from '@puchi/platform/broker'
import { createTelemetry } from '@puchi/platform/telemetry'
import { connect } from 'amqplib'
import { methodsIn, strayAck } from '../harness/amqp.ts'
import { messageOf, metricOf, rabbitBroker, type TestRabbitOptions } from '../harness/broker.ts'
import { startProxy } from '../harness/proxy.ts'
import { vhostFor } from '../harness/rabbit.ts'
import { until } from '../harness/until.ts'
import { isFull } from './length.ts'

const key = 'auth.user.created'

async function openBroker(options: TestRabbitOptions): Promise<Broker> {
  const broker = await rabbitBroker(options)
  after(() => broker.close())
  return broker
}

/** auth, which publishes, and user, which consumes; each with the rights of its own user. */
async function openPair(more: Partial<TestRabbitOptions> = {}) {
  const vhost = await vhostFor()
  const auth = await openBroker({ service: 'auth', url: vhost.url('auth-svc') })
  const user = await openBroker({ service: 'user', url: vhost.url('user-svc'), consumes: [key], ...more })
  return { vhost, auth, user }
}

async function openProxy(url: string) {
  const { hostname, port } = new URL(url)
  const proxy = await startProxy({ host: hostname, port: Number(port) })
  after(() => proxy.close())
  const through = new URL(url)
  through.host = `127.0.0.1:${proxy.port}`
  return { proxy, url: through.href }
}

/** A channel with nothing of ours around it. */
async function bareChannel(url: string) {
  const connection = await connect(url)
  connection.on('error', () => {})
  after(() => connection.close().catch(() => {}))
  const channel = await connection.createConfirmChannel()
  channel.on('error', () => {})
  return channel
}

/** How long, in milliseconds, until a message can be published. */
const untilPublished = (broker: Broker, ms?: number) =>
  until(
    'a message is published',
    () =>
      broker.publish(messageOf(key)).then(
        () => true,
        () => false,
      ),
    ms,
  )

test('R2 a socket that is reset while the connection is set up crashes nothing', async (t) => {
  const vhost = await vhostFor()
  const { proxy, url } = await openProxy(vhost.url())
  const auth = await openBroker({ service: 'auth', url, unclaimed: [key] })
  let resets = 0
  proxy.onServerData((pair, chunk) => {
    if (resets === 4 || !methodsIn(chunk).includes('20.11')) return true
    resets += 1
    pair.client.resetAndDestroy()
    return false
  })
  proxy.reset()
  await until('it is reset during setup', () => resets === 4)
  const ms = await untilPublished(auth, 3_000)
  t.diagnostic(`published again ${ms.toFixed()} ms after the last reset`)
})

for (const [where, last] of [
  ['the handshake', '10.30'],
  ['the setup of channels', '10.41'],
] as const) {
  test(`R3 a broker that falls silent during ${where} is given up after the deadline`, async (t) => {
    const vhost = await vhostFor()
    const { proxy, url } = await openProxy(vhost.url())
    // Connections 1 and 2 hear nothing any more after the given method.
    const silent = new Set<number>()
    proxy.onServerData(({ number }, chunk) => {
      if (silent.has(number)) return false
      if (number <= 2 && methodsIn(chunk).includes(last)) silent.add(number)
      return true
    })
    const begun = performance.now()
    const deadline = isFull ? 15_000 : 2_000
    const auth = await openBroker({ service: 'auth', url, unclaimed: [key], deadline, firstWait: 500 })
    assert.equal(auth.away(), true)
    assert.equal(silent.size, 2)
    await assert.rejects(auth.publish(messageOf(key)), /away/)
    await untilPublished(auth, deadline + 1_000)
    const ms = performance.now() - begun
    t.diagnostic(`published ${ms.toFixed()} ms after its start at a deadline of ${deadline} ms`)
    assert(ms < deadline + 1_000)
  })
}

test('D9 a service begins while the broker is away, and publishes and consumes once it is there', async (t) => {
  const vhost = await vhostFor()
  const { proxy, url } = await openProxy(vhost.url())
  proxy.cut()
  const begun = performance.now()
  const user = await openBroker({ service: 'user', url, consumes: [key], firstWait: 300 })
  t.diagnostic(`began without a broker after ${(performance.now() - begun).toFixed()} ms`)
  const [got, heard]: string[][] = [[], []]
  await user.consume('user', async ({ id }) => void got?.push(id))
  await user.listen([key], ({ id }) => void heard?.push(id))
  assert.equal(user.away(), true)
  await assert.rejects(user.dead('user'), /away/)
  proxy.mend()
  const ms = await untilPublished(user, 5_000)
  await until('it consumes', () => got?.length === 1)
  // A listener may be there a little later than the queue, and hears nothing of before.
  await until('it hears', () => user.publish(messageOf(key)).then(() => heard?.length !== 0))
  t.diagnostic(`published ${ms.toFixed()} ms after the broker came`)
})

test('R6 an event whose binding is gone is unroutable and counted, and the binding comes back', async (t) => {
  const telemetry = createTelemetry('auth')
  const vhost = await vhostFor()
  const auth = await openBroker({ service: 'auth', url: vhost.url(), telemetry })
  const unbind = () => vhost.call('DELETE', `bindings/VHOST/e/puchi.events/q/puchi.user/${key}`)
  const careless = await rabbitBroker({
    service: 'user',
    url: vhost.url(),
    consumes: [key],
    upkeep: 3_600_000,
  })
  await auth.publish(messageOf(key))
  await unbind()
  await assert.rejects(auth.publish(messageOf(key)), Unroutable)
  await assert.rejects(auth.publish(messageOf(key)), Unroutable)
  assert.equal(await metricOf(telemetry, 'broker_publish_total', { result: 'returned' }), 2)
  await careless.close()
  await openBroker({ service: 'user', url: vhost.url(), consumes: [key] })
  await auth.publish(messageOf(key))
  await unbind()
  const ms = await untilPublished(auth, 2_000)
  t.diagnostic(`bound again after ${ms.toFixed()} ms`)
})

test('R7 a deleted exchange is made again, with the bindings of those who consume', async (t) => {
  const { vhost, auth, user } = await openPair()
  let got = 0
  await user.consume('user', async () => void got++)
  await vhost.call('DELETE', 'exchanges/VHOST/puchi.events')
  await assert.rejects(auth.publish(messageOf(key)))
  const ms = await untilPublished(auth, 2_000)
  await until('it is consumed', () => got === 1)
  t.diagnostic(`published again after ${ms.toFixed()} ms`)
})

test('R13 a hundred broken messages die at once among a hundred good ones', async (t) => {
  const telemetry = createTelemetry('user')
  const vhost = await vhostFor()
  const auth = await openBroker({ service: 'auth', url: vhost.url() })
  const user = await openBroker({ service: 'user', url: vhost.url(), consumes: [key], telemetry })
  const bare = await bareChannel(vhost.url())
  const garbage = ['', '{', 'null', '\u0000\uffff', '{"type":"auth.user.created"}']
  let [good, attempts] = [0, 0]
  const begun = performance.now()
  await user.consume('user', async ({ body }) => {
    attempts += 1
    if (!isGood(body)) throw new Rejected('broken')
    good += 1
  })
  for (let i = 0; i < 100; i += 1) {
    const body = Buffer.from(garbage[i % garbage.length] ?? '')
    bare.publish('puchi.events', key, body, i % 2 ? { messageId: `broken-${i}` } : {})
    await auth.publish(messageOf(key))
  }
  await until('all are settled', async () => good === 100 && (await user.dead('user')).length === 100)
  const ms = performance.now() - begun
  t.diagnostic(`100 good and 100 dead in ${ms.toFixed()} ms`)
  assert(ms < 5_000)
  assert.equal(attempts, 200)
  assert.equal(await metricOf(telemetry, 'broker_reconnects_total'), 0)
  assert.equal(await metricOf(telemetry, 'broker_consumed_total', { result: 'retried' }), 0)
})

function isGood(body: Buffer): boolean {
  try {
    return JSON.parse(body.toString()).text === 'hello'
  } catch {
    return false
  }
}

test('R14 a poisonous message is tried five times and does not slow a thousand good ones', async (t) => {
  const delays = isFull ? [1_000, 10_000, 60_000, 300_000] : [50, 60, 70, 80]
  const { auth, user } = await openPair({ retryDelays: delays })
  const attempts: number[] = []
  const sentAt = new Map<string, number>()
  let lags: number[] = []
  const poison = messageOf(key)
  await user.consume('user', async ({ id, attempt }) => {
    if (id !== poison.id) return void lags.push(performance.now() - (sentAt.get(id) ?? 0))
    attempts.push(attempt)
    throw new Error('poison')
  })
  const p95OfThousand = async () => {
    lags = []
    for (let i = 0; i < 1_000; i += 20)
      await Promise.all(
        Array.from({ length: 20 }, () => {
          const message = messageOf(key)
          sentAt.set(message.id, performance.now())
          return auth.publish(message)
        }),
      )
    await until('all are there', () => lags.length === 1_000)
    return lags.sort((a, b) => a - b)[949] ?? 0
  }
  await p95OfThousand()
  const baseline = await p95OfThousand()
  await auth.publish(poison)
  const poisoned = await p95OfThousand()
  const waits = delays.reduce((sum, ms) => sum + ms)
  await until('it is dead', async () => (await user.dead('user')).length === 1, waits + 10_000)
  assert.deepEqual(attempts, [1, 2, 3, 4, 5])
  t.diagnostic(`p95 ${baseline.toFixed(1)} ms alone, ${poisoned.toFixed(1)} ms beside the poison`)
  assert(poisoned < 2 * baseline + 20)
})

// In a process of its own: the memory of this one is measured.
const publishLarge = `
  import { connect } from 'amqplib'
  const connection = await connect(process.env.URL)
  const channel = await connection.createConfirmChannel()
  const headers = { 'x-key': 'auth.forged', 'x-text': 'a'.repeat(50_000) }
  channel.publish('puchi.events', '${key}', Buffer.from('{}'), { messageId: 'tall', headers })
  channel.publish('puchi.events', '${key}', Buffer.alloc(10_000_000), { messageId: 'fat' })
  await channel.waitForConfirms()
  await connection.close()`

test('R15 a message of 10 MB and one with 50 KiB of headers are dead letters', async (t) => {
  const { vhost, auth, user } = await openPair()
  const got: Delivery[] = []
  await user.consume('user', async (delivery) => void got.push(delivery))
  const before = process.memoryUsage().rss
  const args = ['--input-type=module', '-e', publishLarge]
  await promisify(execFile)(process.execPath, args, { env: { ...process.env, URL: vhost.url() } })
  await auth.publish(messageOf(key))
  await until('what follows is there', () => got.length === 1)
  const grown = (process.memoryUsage().rss - before) / 1e6
  t.diagnostic(`RSS grew by ${grown.toFixed()} MB`)
  assert(grown < 50)
  await until('they are dead', async () => (await user.dead('user')).length === 2)
  const letters = await user.dead('user')
  assert.deepEqual(new Set(letters.map(({ id }) => id)), new Set(['fat', 'tall']))
  for (const letter of letters) {
    assert.equal(letter.key, key)
    assert.match(letter.reason, /TooLarge/)
    assert(Date.now() - Date.parse(letter.diedAt) < 60_000)
  }
})

test('R16 a channel that the server closes after a second acknowledgement is rebuilt', async (t) => {
  const vhost = await vhostFor()
  const { proxy, url } = await openProxy(vhost.url('user-svc'))
  const auth = await openBroker({ service: 'auth', url: vhost.url('auth-svc') })
  const user = await openBroker({ service: 'user', url, consumes: [key] })
  const got = new Set<string>()
  await user.consume('user', async ({ id }) => void got.add(id))
  await auth.publish(messageOf(key))
  await until('it consumes', () => got.size === 1)
  let closes = 0
  proxy.onServerData((_, chunk) => {
    closes += methodsIn(chunk).filter((method) => method === '20.40').length
    return true
  })
  // Channel 1 looks after the topology, 2 consumes; on the connection that publishes there is no channel 2.
  const [incoming] = proxy.pairs()
  incoming?.server.write(strayAck(2))
  await until('the server closes the channel', () => closes === 1)
  await auth.publish(messageOf(key))
  const ms = await until('it consumes again', () => got.size === 2, 2_000)
  t.diagnostic(`consuming again after ${ms.toFixed()} ms`)
})

test('R17 a deleted queue is made again and consumed', async (t) => {
  const { vhost, auth, user } = await openPair()
  let got = 0
  await user.consume('user', async () => void got++)
  await vhost.call('DELETE', 'queues/VHOST/puchi.user')
  const ms = await untilPublished(auth, 5_000)
  await until('it is consumed', () => got === 1, 5_000)
  const { consumerCount } = await (await bareChannel(vhost.url())).checkQueue('puchi.user')
  assert.equal(consumerCount, 1)
  t.diagnostic(`published again after ${ms.toFixed()} ms`)
})

test('R25 a service cannot publish the events of another one, nor put anything into its queues', async () => {
  const { vhost, auth, user } = await openPair()
  const got: string[] = []
  await user.consume('user', async (delivery) => void got.push(delivery.key))
  const refused = await user.publish(messageOf(key)).catch((error: Error) => error)
  assert.match(String(refused?.cause), /ACCESS_REFUSED.*auth\.user\.created/)
  await until('the channel is back', () => !user.away())
  // Known by now: the second one does not even cost the channel.
  await assert.rejects(user.publish(messageOf(key)), { name: 'Forbidden' })
  assert.equal(user.away(), false)
  for (const [exchange, to] of [
    ['', 'puchi.auth'],
    ['puchi.auth', 'puchi.auth'],
    ['amq.topic', key],
  ] as const) {
    const bare = await bareChannel(vhost.url('user-svc'))
    bare.publish(exchange, to, Buffer.from('{}'))
    await assert.rejects(bare.waitForConfirms(), /closed/)
  }
  const router = await openBroker({ service: 'router', url: vhost.url('router') })
  await until('the router can publish', () => !router.away())
  const kept = await router.publish(messageOf(key)).catch((error: Error) => error)
  assert.match(String(kept?.cause), /ACCESS_REFUSED.*auth\.user\.created/)
  const heard: string[] = []
  await router.listen(['auth.user.*'], (message) => void heard.push(message.key))
  await auth.publish(messageOf(key))
  await until('the true one is there', () => got.length === 1 && heard.length === 1)
  assert.deepEqual([got, heard], [[key], [key]])
})
