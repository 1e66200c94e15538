import assert from 'node:assert/strict'
import { after, test } from 'node:test'
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
  const { hostname, port } = new URL(rabbit)
  const proxy = await startProxy({ host: hostname, port: Number(port) })
  const through = new URL(rabbit)
  through.host = `127.0.0.1:${proxy.port}`
  const issuer = await openIssuer()
  const own = { USER_PORT: '0', USER_ADMIN_PORT: '0', USER_DATABASE_URL: database }
  const serve = (RABBITMQ_URL: string) =>
    start({ ...callerEnv(issuer.url), ...own, VIEWER_URL: 'http://127.0.0.1:9', RABBITMQ_URL })
  // One serves subscriptions behind a broker that can be cut off; the other one changes things and tells of them.
  const follows = await serve(through.href)
  const changes = await serve(rabbit)
  after(async () => {
    await follows.close()
    await changes.close()
    await issuer.close()
    await proxy.close()
  })
  return { proxy, follows, changes }
}

const progress = { query: namedOperation('ProgressUpdated'), variables: { lessonId: 'lesson_1' } }

test('W10 what two hundred subscribers missed while the broker was away, they are shown within 5 s of its return', async () => {
  const { proxy, follows, changes } = await setUp()
  const degraded = async () => (await (await fetch(`${follows.adminUrl}/readyz`)).text()).includes('broker')
  await until('the broker is there', async () => !(await degraded()))
  const router = ourRouter(follows.url)
  const ids = Array.from({ length: subscribers }, (_, i) => `user_w10_${i}`)
  const all = await Promise.all(ids.map((id) => router.follow(id, progress)))
  for (const frames of all) assert.equal((await frames.next()).percent, 0)

  proxy.cut()
  await until('the broker is away', degraded)
  for (const id of ids) {
    const input = {
      lessonId: 'lesson_1',
      percent: 60,
      correct: 3,
      total: 5,
      seconds: 60,
      idempotencyKey: 'once',
    }
    const call = signedCall({ query: namedOperation('RecordProgress'), variables: { input } }, viewerOf(id))
    const { json } = await send(changes.url, call)
    assert.equal(json().errors, undefined)
  }
  proxy.mend()
  await until('the broker is back', async () => !(await degraded()))
  const back = performance.now()
  for (const frames of all) assert.equal((await frames.next()).percent, 60)
  assert(performance.now() - back < 5_000)
  await router.close()
})
