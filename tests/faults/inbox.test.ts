import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import type { Sql } from '@puchi/platform/database/transaction'
import { applyOnce, on } from '@puchi/platform/inbox/apply'
import { isNewest } from '@puchi/platform/inbox/newest'
import { requestScope } from '@puchi/platform/log'
import { userCreated, userDeleted, userUpdated, xpAwarded } from '@puchi/schema/events'
import type { Event } from '@puchi/schema/events/envelope'
import fc from 'fast-check'
import { note, numberOf, openGround } from './ground.ts'

const ground = await openGround()
await ground.pool.query('CREATE TABLE accounts (id text PRIMARY KEY, name text, deleted boolean NOT NULL)')

const eventFor = (
  type: string,
  version: number,
  data: { userId: string; [field: string]: unknown },
): Event => ({
  id: randomUUID(),
  type,
  version: 1,
  occurredAt: new Date().toISOString(),
  correlationId: `request-${version}`,
  actor: null,
  aggregate: { id: data.userId, version },
  data,
})

const state = 'auth.user'
const keep = `INSERT INTO accounts (id, name, deleted) VALUES ($1, $2, $3)
  ON CONFLICT (id) DO UPDATE SET name = EXCLUDED.name, deleted = EXCLUDED.deleted`

const keepNewest = async (event: Event<typeof userUpdated | typeof userCreated>, sql: Sql) => {
  if (await isNewest(sql, event, { state }))
    await sql.query(keep, [event.data.userId, event.data.usernameBase, false])
}
const bury = async (event: Event, sql: Sql) => {
  if (await isNewest(sql, event, { state, tombstone: true }))
    await sql.query(keep, [event.data.userId, null, true])
}
const handlers = new Map(
  [
    on(userCreated, (event, _, sql) => keepNewest(event, sql)),
    on(userUpdated, (event, _, sql) => keepNewest(event, sql)),
    on(userDeleted, (event, _, sql) => bury(event, sql)),
    on(xpAwarded, (event, _, sql) => note(event, sql)),
  ].map((handler) => [handler.key, handler]),
)
const apply = (...events: Event[]) => applyOnce({ transact: ground.transact, handlers }, events)

let users = 0
const newUser = () => `user_${++users}`
const created = (userId: string, version: number) =>
  eventFor(version === 1 ? 'auth.user.created' : 'auth.user.updated', version, {
    userId,
    locale: null,
    usernameBase: `name${version}`,
    status: 'ACTIVE',
  })
const deleted = (userId: string, version: number) => eventFor('auth.user.deleted', version, { userId })
const account = async (id: string) =>
  (await ground.pool.query('SELECT * FROM accounts WHERE id = $1', [id])).rows[0]

const ordersOf = <T>(items: T[]): T[][] =>
  items.length < 2
    ? [items]
    : items.flatMap((item, i) => ordersOf(items.toSpliced(i, 1)).map((rest) => [item, ...rest]))

test('R10 an event that comes ten times has its effect once', async () => {
  const userId = newUser()
  const event = eventFor('user.xp.awarded', 1, { userId, lessonId: null, amount: 5, totalXp: 5 })
  const results = await Promise.all(Array.from({ length: 10 }, () => apply(event)))
  assert.equal(await numberOf(ground.pool, `effects WHERE user_id = '${userId}'`), 1)
  assert.equal(await numberOf(ground.pool, `inbox WHERE id = '${event.id}'`), 1)
  assert.equal(results.flatMap(({ duplicates }) => duplicates).length, 9)
  const { applied, duplicates } = await apply(event, event)
  assert.deepEqual([applied.length, duplicates.length], [0, 2])
})

test('R11 three versions end as the third in all six orders', async () => {
  const orders = ordersOf([1, 2, 3])
  assert.equal(orders.length, 6)
  for (const order of orders) {
    const userId = newUser()
    for (const version of order) await apply(created(userId, version))
    assert.deepEqual(await account(userId), { id: userId, name: 'name3', deleted: false }, String(order))
  }
})

test('R11 whatever the order, the repeats and the batches, the newest version stands and none before it returns', async () => {
  const versions = fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 15 })
  const property = fc.asyncProperty(versions, fc.integer({ min: 1, max: 6 }), async (order, size) => {
    const userId = newUser()
    const events = new Map(order.map((version) => [version, created(userId, version)]))
    let seen = 0
    for (let i = 0; i < order.length; i += size) {
      const batch = order.slice(i, i + size)
      await apply(...batch.flatMap((version) => events.get(version) ?? []))
      seen = Math.max(seen, ...batch)
      assert.equal((await account(userId)).name, `name${seen}`)
    }
  })
  await fc.assert(property, { numRuns: Number(process.env['RUNS'] ?? 100) })
})

test('R12 a user deleted before created stays deleted, in every order', async () => {
  for (const order of ordersOf(['created', 'updated', 'deleted'])) {
    const userId = newUser()
    const events = { created: created(userId, 1), updated: created(userId, 2), deleted: deleted(userId, 3) }
    for (const name of order) await apply(events[name as keyof typeof events])
    assert.equal((await account(userId)).deleted, true, String(order))
    await apply(created(userId, 9))
    assert.equal((await account(userId)).deleted, true)
  }
})

test('a handler that throws leaves neither effect nor trace, for no event of the batch', async () => {
  const userId = newUser()
  const good = eventFor('user.xp.awarded', 1, { userId, lessonId: null, amount: 5, totalXp: 5 })
  const bad = eventFor('auth.user.deleted', 2, { userId })
  const failing = new Map(handlers).set(
    'auth.user.deleted',
    on(userDeleted, () => Promise.reject(new Error('no'))),
  )
  await assert.rejects(applyOnce({ transact: ground.transact, handlers: failing }, [good, bad]), /no/)
  assert.equal(await numberOf(ground.pool, `effects WHERE user_id = '${userId}'`), 0)
  assert.equal(await numberOf(ground.pool, `inbox WHERE id IN ('${good.id}', '${bad.id}')`), 0)
})

test('what a handler logs carries the id of the request that caused the event', async () => {
  const scopes: unknown[] = []
  const listening = new Map([
    ['auth.user.deleted', on(userDeleted, async () => void scopes.push(requestScope.getStore()))],
  ])
  await applyOnce({ transact: ground.transact, handlers: listening }, [deleted(newUser(), 7)])
  assert.deepEqual(scopes, [{ requestId: 'request-7' }])
})
