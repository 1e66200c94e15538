import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { start } from '@puchi/user/main'
import { callerEnv, openIssuer, send, signedCall, viewerOf } from '../harness/caller.ts'
import { databaseFor } from '../harness/database.ts'
import { ourRouter } from '../harness/live.ts'
import { namedOperation } from '../harness/operations.ts'
import { startProxy } from '../harness/proxy.ts'
import { vhostFor } from '../harness/rabbit.ts'
import { until } from '../harness/until.ts'

const subscribers = 200

async function setUp() {
  const database = await databaseFor('user')
  const rabbit = (await vhostFor()).url('user-svc')
  const toBroker = await proxyTo(rabbit)
  const toDatabase = await proxyTo(database)
  const issuer = await openIssuer()
  const own = { USER_PORT: '0', USER_ADMIN_PORT: '0', VIEWER_URL: 'http://127.0.0.1:9' }
  const serve = (USER_DATABASE_URL: string, RABBITMQ_URL: string) =>
    start({ ...callerEnv(issuer.url), ...own, USER_DATABASE_URL, RABBITMQ_URL })
  // One serves subscriptions and can be cut off from broker and database; the other one changes things and tells of them.
  const follows = await serve(toDatabase.url, toBroker.url)
  const changes = await serve(database, rabbit)
  after(async () => {
    await follows.close()
    await changes.close()
    await issuer.close()
    await toBroker.proxy.close()
    await toDatabase.proxy.close()
  })
  /** Records sixty percent of the lesson. */
  async function learn(id: string): Promise<void> {
    const answers = { percent: 60, correct: 3, total: 5, seconds: 60 }
    const input = { lessonId: 'lesson_1', ...answers, idempotencyKey: 'once' }
    const call = signedCall({ query: namedOperation('RecordProgress'), variables: { input } }, viewerOf(id))
    const { json } = await send(changes.url, call)
    assert.equal(json().errors, undefined)
  }
  const degraded = async () => (await fetch(`${follows.adminUrl}/readyz`)).text()
  const lacks = async (what: string) => (await degraded()).includes(what)
  return { broker: toBroker.proxy, database: toDatabase.proxy, follows, learn, lacks }
}

async function proxyTo(given: string) {
  const url = new URL(given)
  const proxy = await startProxy({ host: url.hostname, port: Number(url.port) })
  url.host = `127.0.0.1:${proxy.port}`
  return { proxy, url: url.href }
}

const progress = { query: namedOperation('ProgressUpdated'), variables: { lessonId: 'lesson_1' } }

test('W10 what two hundred subscribers missed while the broker was away, they are shown within 5 s of its return', async () => {
  const { broker, follows, learn, lacks } = await setUp()
  await until('the broker is there', async () => !(await lacks('broker')))
  const router = ourRouter(follows.url)
  const ids = Array.from({ length: subscribers }, (_, i) => `user_w10_${i}`)
  const all = await Promise.all(ids.map((id) => router.follow(id, progress)))
  for (const frames of all) assert.equal((await frames.next()).percent, 0)

  broker.cut()
  await until('the broker is away', () => lacks('broker'))
  for (const id of ids) await learn(id)
  broker.mend()
  await until('the broker is back', async () => !(await lacks('broker')))
  const back = performance.now()
  for (const frames of all) assert.equal((await frames.next()).percent, 60)
  assert(performance.now() - back < 5_000)
  await router.close()
})

test('D1 while the database is away subscribers wait, and none is told of it or misses what was changed', async () => {
  const { database, follows, learn, lacks } = await setUp()
  await until('all is there', async () => !(await lacks('broker')) && !(await lacks('database')))
  const router = ourRouter(follows.url)
  const earlier = await router.follow('user_earlier', progress)
  assert.equal((await earlier.next()).percent, 0)
  database.cut()
  await until('the database is away', () => lacks('database'))
  await learn('user_earlier')
  const later = await router.follow('user_later', progress)
  const told = Promise.all([earlier.next(), later.next()])
  told.catch(() => {})
  await pause(1_500)
  database.mend()
  const [shown, first] = await told
  assert.deepEqual([shown.percent, first.percent, first.snapshot], [60, 0, true])
  await router.close()
})
