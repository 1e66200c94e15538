import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { openMint } from '../../tests/harness/mint.ts'
import { ask } from '../../tests/harness/question.ts'
import { redis, startRedis } from '../../tests/harness/redis.ts'
import { openSmallGraph } from '../../tests/harness/small-graph.ts'
import { startInStack } from '../../tests/harness/small-router.ts'
import { until } from '../../tests/harness/until.ts'

const skip = redis.skip

const held = new AsyncDisposableStack()
after(() => held.disposeAsync())

const ten = `mutation { ${Array.from({ length: 10 }, (_, at) => `m${at}: rename(name: "x") { id }`).join(' ')} }`
const one = 'mutation { rename(name: "x") { id } }'

async function twoRouters() {
  const store = await startRedis()
  held.defer(store.close)
  const graph = await openSmallGraph()
  held.defer(graph.close)
  const mint = await openMint()
  held.defer(mint.close)
  const start = async () => {
    const router = await startInStack(graph, mint, { REDIS_URL: store.url })
    held.defer(router.close)
    await until('the counters are shared', async () => !(await degraded(router)).includes('counters'))
    return router
  }
  const bearer = async (sub: string) => ({
    authorization: `Bearer ${await mint.token({ claims: { sub, sid: `sess_${sub}` } })}`,
  })
  return { store, routers: [await start(), await start()] as const, bearer }
}

type Router = { url: string; adminUrl: string }

const degraded = async ({ adminUrl }: Router): Promise<string> => (await fetch(`${adminUrl}/readyz`)).text()

const fallbacks = async ({ adminUrl }: Router): Promise<number> => {
  const metrics = await (await fetch(`${adminUrl}/metrics`)).text()
  return Number(/^router_counter_fallbacks_total\S* (\d+)/m.exec(metrics)?.[1] ?? 0)
}

test('G20 two routers count a user’s mutations together, and an address’s; no Redis, and each counts alone', {
  skip,
}, async () => {
  const { store, routers, bearer } = await twoRouters()
  const [first, second] = routers
  const lan = await bearer('user_lan')
  for (let at = 0; at < 5; at++)
    for (const { url } of routers) assert.equal((await ask(url, ten, lan)).status, 200)
  for (const { url } of routers) {
    const { status, codes, headers } = await ask(url, one, lan)
    assert.deepEqual([status, codes], [429, ['RATE_LIMITED']])
    const wait = Number(headers.get('retry-after'))
    assert(wait > 0 && wait <= 60, String(wait))
  }
  assert.equal(
    (await ask(first.url, one, await bearer('user_minh'))).status,
    200,
    'another user is not meant',
  )

  for (let at = 0; at < 10; at++) assert.equal((await ask(first.url, ten)).status, 200)
  assert.equal((await ask(second.url, one)).status, 429, 'an address without a user is counted too')
  assert.deepEqual(await Promise.all(routers.map(fallbacks)), [0, 0])

  await store.kill()
  const hoa = await bearer('user_hoa')
  for (let at = 0; at < 10; at++) {
    const begin = performance.now()
    assert.equal((await ask(first.url, ten, hoa)).status, 200)
    assert(performance.now() - begin < 1_000)
  }
  assert.equal((await ask(first.url, one, hoa)).status, 429)
  assert.equal((await ask(second.url, one, hoa)).status, 200)
  assert((await fallbacks(first)) >= 11)
  assert.match(await degraded(first), /counters/)

  await store.start()
  for (const router of routers)
    await until('the counters are shared again', async () => !(await degraded(router)).includes('counters'))
  const an = await bearer('user_an')
  for (let at = 0; at < 10; at++) assert.equal((await ask(routers[at % 2]?.url ?? '', ten, an)).status, 200)
  assert.equal((await ask(first.url, one, an)).status, 429)
})

test('G20 a Redis that hangs holds no mutation up for long', { skip }, async () => {
  const { store, routers, bearer } = await twoRouters()
  const [router] = routers
  const lan = await bearer('user_lan')
  store.freeze()
  try {
    const begin = performance.now()
    assert.equal((await ask(router.url, one, lan)).status, 200)
    assert(performance.now() - begin < 2_000)
    assert.equal(await fallbacks(router), 1)
  } finally {
    store.thaw()
  }
})
