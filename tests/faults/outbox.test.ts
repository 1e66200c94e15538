import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import type { Broker } from '@puchi/platform/broker'
import { createRelay, type Relay } from '@puchi/platform/outbox/relay'
import { storeEvents } from '@puchi/platform/outbox/store'
import { createTelemetry } from '@puchi/platform/telemetry'
import { userUpdated } from '@puchi/schema/events'
import { eventOf } from '@puchi/schema/events/envelope'
import { until } from '../harness/until.ts'
import { brokerInMemory } from './broker-in-memory.ts'
import { award, type Ground, inversionsIn, openGround, openPool, pendingIn, quiet } from './ground.ts'

/** A relay that is closed with the test, however that ends. */
function relayOf(url: string, broker: Broker, telemetry = createTelemetry('test')): Relay {
  const relay = createRelay({ url, broker, log: quiet, telemetry })
  after(relay.close)
  return relay
}

const drained = ({ pool }: Ground, ms?: number) =>
  until('the outbox is empty', async () => (await pendingIn(pool)) === 0, ms)

test('an event and the change it tells of are kept together or not at all', async () => {
  const { pool, transact } = await openGround()
  const failing = transact(async (client, sql) => {
    await client.query(`INSERT INTO balances VALUES ('user_lan', 1)`)
    await storeEvents(sql, [eventOf(userUpdated, { userId: 'user_lan' } as never)], null)
  })
  await assert.rejects(failing, /auth.user.updated/)
  assert.equal((await pool.query('SELECT FROM balances')).rowCount, 0)
  await award(transact, 'user_lan')
  assert.equal(await pendingIn(pool), 1)
})

test('versions of one aggregate have no gap and no repeat, however many change it at once', async () => {
  const { pool, transact } = await openGround()
  await Promise.all(Array.from({ length: 40 }, (_, i) => award(transact, `user_${i % 2}`)))
  const { rows } =
    await pool.query(`SELECT aggregate_id, array_agg(aggregate_version::int ORDER BY position) AS versions
    FROM outbox GROUP BY 1`)
  const oneToTwenty = Array.from({ length: 20 }, (_, i) => i + 1)
  assert.deepEqual(
    rows.map(({ versions }) => versions),
    [oneToTwenty, oneToTwenty],
  )
})

test('R20 two relays share a thousand aggregates, publish nothing twice and keep the order of each', async () => {
  const ground = await openGround()
  for (let round = 0; round < 4; round += 1)
    await ground.transact((_, sql) =>
      storeEvents(
        sql,
        Array.from({ length: 1_000 }, (__, i) => updated(i)),
        null,
      ),
    )
  const brokers = [brokerInMemory(), brokerInMemory()]
  const sent: Parameters<Broker['publish']>[0][] = []
  for (const broker of brokers)
    relayOf(ground.url, {
      ...broker,
      async publish(message) {
        await broker.publish(message)
        sent.push(message)
      },
    })
  await drained(ground)
  assert.equal(sent.length, 4_000)
  assert.equal(new Set(sent.map(({ id }) => id)).size, 4_000)
  assert.equal(inversionsIn(sent), 0)
  for (const { kept } of brokers) assert(kept.length >= 1_200, `one relay sent ${kept.length} of 4,000`)
})

const updated = (index: number) =>
  eventOf(userUpdated, { userId: `user_${index}`, locale: null, usernameBase: null, status: 'ACTIVE' })

test('R6 an event that no queue takes stays, is counted, and holds up nobody but its own aggregate', async () => {
  const ground = await openGround()
  const broker = brokerInMemory()
  const telemetry = createTelemetry('test')
  broker.unbound.add('user.xp.awarded')
  relayOf(ground.url, broker, telemetry)
  await award(ground.transact, 'user_1')
  await until('the event is refused', async () =>
    /unroutable_total\{[^}]*} [1-9]/.test(await telemetry.registry.metrics()),
  )
  await ground.transact((_, sql) => storeEvents(sql, [updated(1), updated(2)], null))
  await until('the other aggregate is published', () => broker.kept.length > 0)
  assert.deepEqual(
    broker.kept.map(({ key }) => key),
    ['auth.user.updated'],
  )
  await until('it is marked', async () => (await pendingIn(ground.pool)) === 2)
  broker.unbound.clear()
  await drained(ground)
  assert.equal(inversionsIn(broker.kept), 0)
})

test('R5 while the broker is away every mutation succeeds, and all is published when it is back', async () => {
  const ground = await openGround()
  const broker = brokerInMemory()
  relayOf(ground.url, broker)
  broker.leave()
  await Promise.all(Array.from({ length: 400 }, (_, i) => award(ground.transact, `user_${i % 50}`)))
  assert.equal(await pendingIn(ground.pool), 400)
  broker.comeBack()
  await drained(ground, 2_000)
  assert.equal(inversionsIn(broker.kept), 0)
})

test('R22 a relay that lost its LISTEN connection is at most a poll late, and listens again', async () => {
  const ground = await openGround()
  const broker = brokerInMemory()
  relayOf(ground.url, broker)
  const admin = openPool(ground.url, 1)
  const listeners = () =>
    admin.query(
      `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND query = 'LISTEN outbox'`,
    )
  await until('the relay listens', async () => (await listeners()).rowCount === 1)
  const [before] = (await listeners()).rows
  await admin.query('SELECT pg_terminate_backend($1)', [before.pid])
  const began = performance.now()
  await award(ground.transact, 'user_1')
  await until('the event is published', () => broker.kept.length === 1, 1_500)
  await until(
    'the relay listens again',
    async () => {
      const [now] = (await listeners()).rows
      return Boolean(now) && now.pid !== before.pid
    },
    5_000 - (performance.now() - began),
  )
  const again = performance.now()
  await award(ground.transact, 'user_1')
  await until('the next event is published', () => broker.kept.length === 2)
  assert(performance.now() - again < 500, 'a relay that listens does not wait for the poll')
  await admin.end()
})

test('D2 a relay whose every connection is cut goes on with new ones', async () => {
  const ground = await openGround()
  const broker = brokerInMemory()
  relayOf(ground.url, broker)
  await award(ground.transact, 'user_1')
  await drained(ground)
  await ground.pool.query(
    'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
  )
  await until('a mutation succeeds', () =>
    award(ground.transact, 'user_1').then(
      () => true,
      () => false,
    ),
  )
  await until('it is published', () => broker.kept.length >= 2, 5_000)
})

test('published events leave after a day, those that wait stay', async () => {
  const ground = await openGround()
  await Promise.all(Array.from({ length: 20 }, (_, i) => award(ground.transact, `user_${i}`)))
  await ground.pool.query(`UPDATE outbox SET published_at = now() - interval '25 hours' WHERE position <= 15`)
  await ground.pool.query(`UPDATE outbox SET created_at = now() - interval '9 days' WHERE position > 15`)
  const away = brokerInMemory()
  away.leave()
  relayOf(ground.url, away)
  await until(
    'the old ones are gone',
    async () => (await ground.pool.query('SELECT FROM outbox')).rowCount === 5,
  )
  assert.equal(await pendingIn(ground.pool), 5)
})
