import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { type Broker, type Delivery, type Message, Rejected, Unroutable } from '@puchi/platform/broker'
import { createEmbeddedBroker } from '@puchi/platform/broker/embedded/broker'
import { createEmbeddedHub } from '@puchi/platform/broker/embedded/hub'
import { createTelemetry, type Telemetry } from '@puchi/platform/telemetry'
import { messageOf, metricOf, quiet, rabbitBroker } from './harness/broker.ts'
import { vhostFor } from './harness/rabbit.ts'
import { until } from './harness/until.ts'

type Service = { service: string; consumes?: string[]; unclaimed?: string[]; telemetry?: Telemetry }
type Kind = { name: string; ground: () => Promise<(asked: Service) => Promise<Broker>> }

const retryDelays = [50, 60, 70, 80]

// Each test has a ground of its own: a vhost, or a folder.
const kinds: Kind[] = [
  {
    name: 'RabbitMQ',
    async ground() {
      const url = (await vhostFor()).url()
      return (asked) => rabbitBroker({ ...asked, url, retryDelays })
    },
  },
  {
    name: 'the embedded broker',
    async ground() {
      const folder = mkdtempSync(join(tmpdir(), 'puchi-broker-'))
      const hub = createEmbeddedHub({ folder })
      after(async () => {
        await hub.close()
        rmSync(folder, { recursive: true })
      })
      return ({ telemetry, ...asked }) =>
        createEmbeddedBroker({
          consumes: [],
          ...asked,
          telemetry: telemetry ?? createTelemetry('test'),
          hub,
          retryDelays,
          log: quiet,
        })
    },
  },
]

const key = 'auth.user.created'

for (const { name, ground } of kinds) {
  describe(name, () => {
    async function open<const T extends Service[]>(...asked: T): Promise<{ [K in keyof T]: Broker }> {
      const brokerOf = await ground()
      const brokers: Broker[] = []
      for (const one of asked) brokers.push(await brokerOf(one))
      after(() => Promise.all(brokers.map((broker) => broker.close())))
      return brokers as { [K in keyof T]: Broker }
    }
    const pair = () => open({ service: 'auth' }, { service: 'user', consumes: [key] })

    test('a message reaches the service that consumes its key, as it was sent', async () => {
      const [auth, user] = await pair()
      const got: Delivery[] = []
      await user.consume('user', async (delivery) => void got.push(delivery))
      const sent = messageOf(key, 'Xin chào, Lan')
      await auth.publish(sent)
      await until('it is there', () => got.length === 1)
      assert.deepEqual(got, [{ ...sent, attempt: 1 }])
    })

    test('a message waits for a service that does not consume yet', async () => {
      const [auth, user] = await pair()
      await auth.publish(messageOf(key))
      let got = 0
      await user.consume('user', async () => void got++)
      await until('it is there', () => got === 1)
    })

    test('messages of one publisher arrive in their order', async () => {
      const [auth, user] = await pair()
      const got: string[] = []
      await user.consume('user', async ({ id }) => void got.push(id))
      const sent = Array.from({ length: 300 }, () => messageOf(key))
      await Promise.all(sent.map((message) => auth.publish(message)))
      await until('all are there', () => got.length === sent.length)
      assert.deepEqual(
        got,
        sent.map(({ id }) => id),
      )
    })

    test('every service that consumes a key gets the message', async () => {
      const [auth, user, learning] = await open(
        { service: 'auth' },
        { service: 'user', consumes: [key] },
        { service: 'learning', consumes: ['auth.*.created'] },
      )
      const got: string[] = []
      await user.consume('user', async ({ id }) => void got.push(`user ${id}`))
      await learning.consume('learning', async ({ id }) => void got.push(`learning ${id}`))
      const { id, ...rest } = messageOf(key)
      await auth.publish({ id, ...rest })
      await until('both have it', () => got.length === 2)
      assert.deepEqual(got.sort(), [`learning ${id}`, `user ${id}`])
    })

    test('a message that no queue takes is refused as unroutable, unless nobody is meant to keep it', async () => {
      const telemetry = createTelemetry('auth')
      const [auth] = await open({ service: 'auth', unclaimed: ['auth.said'], telemetry })
      await assert.rejects(auth.publish(messageOf(key)), Unroutable)
      await auth.publish(messageOf('auth.said'))
      assert.equal(await metricOf(telemetry, 'broker_publish_total', { result: 'returned' }), 1)
      assert.equal(await metricOf(telemetry, 'broker_publish_total', { result: 'confirmed' }), 1)
    })

    test('a message larger than 256 KiB is refused', async () => {
      const [auth, user] = await pair()
      const got: Delivery[] = []
      await user.consume('user', async (delivery) => void got.push(delivery))
      const body = Buffer.alloc(256 * 1024, 'a')
      await assert.rejects(
        auth.publish({ ...messageOf(key), body: Buffer.concat([body, body]) }),
        /256|262144/,
      )
      await auth.publish({ ...messageOf(key), body })
      await until('the largest allowed one is there', () => got.length === 1)
      assert.equal(got[0]?.body.length, body.length)
    })

    test('a handler that throws is tried again after growing delays, five times in all; then a dead letter is left', async () => {
      const telemetry = createTelemetry('user')
      const [auth, user] = await open({ service: 'auth' }, { service: 'user', consumes: [key], telemetry })
      const attempts: { attempt: number; at: number }[] = []
      await user.consume('user', async ({ attempt }) => {
        attempts.push({ attempt, at: performance.now() })
        throw new Error('the database says no to lan@puchi.io.vn')
      })
      const sent = messageOf(key)
      await auth.publish(sent)
      await until('it is dead', async () => (await user.dead('user')).length === 1)
      assert.deepEqual(
        attempts.map(({ attempt }) => attempt),
        [1, 2, 3, 4, 5],
      )
      for (const [i, delay] of retryDelays.entries()) {
        const waited = (attempts[i + 1]?.at ?? 0) - (attempts[i]?.at ?? 0)
        assert(waited >= delay - 5, `attempt ${i + 2} came after ${waited} ms`)
      }
      const [letter] = await user.dead('user')
      const { reason, diedAt, ...rest } = letter ?? assert.fail()
      assert.deepEqual(rest, { ...sent, attempt: 5, queue: 'puchi.user' })
      assert.equal(reason, 'Error: the database says no to [redacted]')
      assert(Math.abs(Date.parse(diedAt) - Date.now()) < 10_000)
      const consumed = (result: string) => metricOf(telemetry, 'broker_consumed_total', { result })
      assert.deepEqual(
        [await consumed('retried'), await consumed('dead'), await consumed('acked')],
        [4, 1, 0],
      )
      assert.equal(await metricOf(telemetry, 'broker_dead_letters_total'), 1)
    })

    test('a handler that throws once is tried once more, and others do not wait for it', async () => {
      const [auth, user] = await pair()
      const got: string[] = []
      await user.consume('user', async ({ id, attempt }) => {
        if (id === first.id && attempt === 1) throw new Error('not now')
        got.push(id)
      })
      const [first, second] = [messageOf(key), messageOf(key)]
      await auth.publish(first)
      await auth.publish(second)
      await until('both are done', () => got.length === 2)
      assert.deepEqual(got, [second.id, first.id])
      assert.deepEqual(await user.dead('user'), [])
    })

    test('a rejected message is a dead letter at once', async () => {
      const [auth, user] = await pair()
      let attempts = 0
      await user.consume('user', async () => {
        attempts += 1
        throw new Rejected('data.userId: expected a string')
      })
      await auth.publish(messageOf(key))
      await until('it is dead', async () => (await user.dead('user')).length === 1)
      const [letter] = await user.dead('user')
      assert.equal(attempts, 1)
      assert.equal(letter?.reason, 'Rejected: data.userId: expected a string')
      assert.equal(letter?.attempt, 1)
    })

    test('dead letters are read oldest first, and reading leaves them there', async () => {
      const [auth, user] = await pair()
      await user.consume('user', async () => Promise.reject(new Rejected('no')))
      const sent = Array.from({ length: 3 }, () => messageOf(key))
      for (const [i, message] of sent.entries()) {
        await auth.publish(message)
        await until('it is dead', async () => (await user.dead('user')).length === i + 1)
      }
      for (let reads = 0; reads < 25; reads += 1) await user.dead('user')
      assert.deepEqual(
        (await user.dead('user')).map(({ id }) => id),
        sent.map(({ id }) => id),
      )
    })

    test('a dead letter that is replayed is delivered like new, and can be replayed only once', async () => {
      const [auth, user] = await pair()
      const got: Delivery[] = []
      let isWell = false
      await user.consume('user', async (delivery) => {
        if (!isWell) throw new Rejected('no')
        got.push(delivery)
      })
      const [sent, other] = [messageOf(key), messageOf(key)]
      await auth.publish(other)
      await auth.publish(sent)
      await until('both are dead', async () => (await user.dead('user')).length === 2)
      isWell = true
      assert.equal(await user.replay('user', sent.id), true)
      assert.equal(await user.replay('user', sent.id), false)
      assert.equal(await user.replay('user', 'unknown'), false)
      await until('it is there', () => got.length === 1)
      assert.deepEqual(got, [{ ...sent, attempt: 1 }])
      assert.deepEqual(
        (await user.dead('user')).map(({ id }) => id),
        [other.id],
      )
    })

    test('R19 a slow consumer has at most 20 messages in hand', async () => {
      const { promise: released, resolve: release } = Promise.withResolvers<void>()
      after(() => release())
      const [auth, user] = await pair()
      let [inHand, most, done] = [0, 0, 0]
      await user.consume('user', async () => {
        inHand += 1
        most = Math.max(most, inHand)
        await released
        inHand -= 1
        done += 1
      })
      await Promise.all(Array.from({ length: 60 }, () => auth.publish(messageOf(key))))
      await until('it has its hands full', () => inHand === 20)
      // One more round through the broker, after which a 21st would have come too.
      await auth.publish(messageOf(key))
      assert.equal(most, 20)
      release()
      await until('all are done', () => done === 61)
      assert.equal(most, 20)
    })

    test('a listener hears what is said while it listens, by patterns, and nothing from before', async () => {
      const [auth, router] = await open({ service: 'auth', unclaimed: [key] }, { service: 'router' })
      await auth.publish(messageOf(key, 'too early'))
      const heard: Message[] = []
      const listening = await router.listen(['auth.user.*', 'auth.role.granted'], (message) => {
        heard.push(message)
        if (heard.length === 1) throw new Error('a listener may fail')
      })
      const sent = [messageOf(key), messageOf('auth.role.granted')]
      for (const message of sent) await auth.publish(message)
      await assert.rejects(auth.publish(messageOf('auth.role.revoked')), Unroutable)
      await until('both are heard', () => heard.length === 2)
      assert.deepEqual(heard, sent)
      await listening.close()
      await assert.rejects(auth.publish(messageOf('auth.role.granted')), Unroutable)
    })

    test('closing a subscription waits for the handlers that run; what was not begun stays', async () => {
      const { promise: released, resolve: release } = Promise.withResolvers<void>()
      after(() => release())
      const [auth, user] = await pair()
      const begun = new Set<string>()
      const done = new Set<string>()
      const subscription = await user.consume('user', async ({ id }) => {
        begun.add(id)
        await released
        done.add(id)
      })
      await Promise.all(Array.from({ length: 30 }, () => auth.publish(messageOf(key))))
      await until('some have begun', () => begun.size === 20)
      const closing = subscription.close()
      release()
      await closing
      assert.equal(done.size, 20)
      const rest = new Set<string>()
      await user.consume('user', async ({ id }) => void rest.add(id))
      await until('the others are there', () => rest.size === 10)
      assert(Array.from(rest).every((id) => !done.has(id)))
    })

    test('closing a broker waits for the handlers that run', async () => {
      const { promise: released, resolve: release } = Promise.withResolvers<void>()
      after(() => release())
      const [auth, user] = await pair()
      let [begun, done] = [false, false]
      await user.consume('user', async () => {
        begun = true
        await released
        done = true
      })
      await auth.publish(messageOf(key))
      await until('it has begun', () => begun)
      const closing = user.close()
      release()
      await closing
      assert.equal(done, true)
    })

    test('a service cannot consume the queue of another one', async () => {
      const [auth, user] = await pair()
      await assert.rejects(
        auth.consume('user', async () => {}),
        /auth has no queue of user/,
      )
      await assert.rejects(
        user.consume('auth', async () => {}),
        /user has no queue of auth/,
      )
    })

    test('a closed broker is away and publishes nothing', async () => {
      const [auth] = await pair()
      assert.equal(auth.away(), false)
      await auth.close()
      assert.equal(auth.away(), true)
      await assert.rejects(auth.publish(messageOf(key)), /away|closed/)
    })
  })
}
