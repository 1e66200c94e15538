import assert from 'node:assert/strict'
import { once } from 'node:events'
import { after, test } from 'node:test'
import { openDoor } from '@puchi/platform/http/door'
import { createLog } from '@puchi/platform/log'
import { openLiveGraph } from '../../../tests/harness/live-graph.ts'
import { openMint } from '../../../tests/harness/mint.ts'
import { openRaw, type RawSocket } from '../../../tests/harness/raw-socket.ts'
import { redis, startRedis } from '../../../tests/harness/redis.ts'
import { startInStack } from '../../../tests/harness/small-router.ts'
import { until } from '../../../tests/harness/until.ts'
import { placesHere } from '../../guard/places.ts'
import { createConnections } from './connections.ts'
import { answerStream } from './stream.ts'

const held = new AsyncDisposableStack()
after(() => held.disposeAsync())

type Router = { url: string; adminUrl: string }

const read = async ({ adminUrl }: Router, path: string) => (await fetch(`${adminUrl}/${path}`)).text()
const degraded = async (router: Router) => (await read(router, 'readyz')).includes('counters')
const fallbacks = async (router: Router) =>
  Number(/^router_counter_fallbacks_total\S* (\d+)/m.exec(await read(router, 'metrics'))?.[1] ?? 0)

async function twoRouters(env: NodeJS.ProcessEnv) {
  const store = await startRedis()
  held.defer(store.close)
  const graph = await openLiveGraph()
  held.defer(graph.close)
  const mint = await openMint()
  held.defer(mint.close)
  const start = async () => {
    const router = await startInStack(graph, mint, { REDIS_URL: store.url, ...env })
    held.defer(router.close)
    await until('the counters are shared', async () => !(await degraded(router)))
    return router
  }
  const bearer = async (sub: string) => ({
    authorization: `Bearer ${await mint.token({ claims: { sub, sid: `sess_${sub}` } })}`,
  })
  /** A socket that may stay, or the code and reason that closed it. */
  async function open({ url }: Router, sub?: string, ip = '192.0.2.1'): Promise<RawSocket | string> {
    const raw = await openRaw(url, { headers: { 'x-forwarded-for': ip } })
    try {
      await raw.init(sub && (await bearer(sub)))
      return raw
    } catch {
      return `${raw.closed()?.code} ${raw.closed()?.reason}`
    }
  }
  const stream = async ({ url }: Router, sub: string) => {
    const response = await fetch(`${url}/stream`, {
      method: 'POST',
      headers: { ...(await bearer(sub)), accept: 'text/event-stream', 'content-type': 'application/json' },
      body: JSON.stringify({ query: '{ __typename }' }),
    })
    await response.text()
    return response.status
  }
  return { store, routers: [await start(), await start()] as const, open, stream }
}

test('W3 a user’s sockets and streams are counted by all routers together; no Redis, and each counts alone', {
  skip: redis.skip,
}, async () => {
  const { store, routers, open, stream } = await twoRouters({ LIVE_PER_USER: '2' })
  const [first, second] = routers
  const one = await open(first, 'user_lan')
  const other = await open(first, 'user_lan')
  assert(typeof one === 'object' && typeof other === 'object')
  for (const router of routers) {
    assert.equal(await open(router, 'user_lan'), '4429 Too many sockets of one user')
    assert.equal(await stream(router, 'user_lan'), 429)
  }
  assert.equal(typeof (await open(second, 'user_minh')), 'object', 'another user is not meant')
  await one.end()
  await until('there is room', async () => (await stream(second, 'user_lan')) === 200, 1_000)
  other.socket.terminate()
  await until(
    'a socket that ends without a word is one less, too',
    async () => {
      const both = [await open(second, 'user_lan'), await open(second, 'user_lan')]
      for (const raw of both) if (typeof raw === 'object') await raw.end()
      return both.every((raw) => typeof raw === 'object')
    },
    1_000,
  )
  assert.deepEqual(await Promise.all(routers.map(fallbacks)), [0, 0])

  await store.kill()
  for (const router of routers) {
    const own = [await open(router, 'user_hoa'), await open(router, 'user_hoa')]
    assert(own.every((raw) => typeof raw === 'object'))
    assert.equal(await open(router, 'user_hoa'), '4429 Too many sockets of one user')
    assert((await fallbacks(router)) >= 2)
    assert(await degraded(router))
  }
})

test('W3 a Redis that hangs holds no socket up for long; an address of IPv6 is its /64', {
  skip: redis.skip,
}, async () => {
  const { store, routers, open } = await twoRouters({ LIVE_PER_ADDRESS: '1', TRUSTED_PROXIES: '127.0.0.1' })
  const [first, second] = routers
  assert.equal(typeof (await open(first, undefined, '2001:db8:0:7::1')), 'object')
  assert.equal(await open(second, undefined, '2001:db8:0:7:a::9'), '4429 Too many sockets of one address')
  assert.equal(typeof (await open(second, undefined, '2001:db8:0:8::1')), 'object')
  store.freeze()
  try {
    const begin = performance.now()
    assert.equal(typeof (await open(second, undefined, '192.0.2.7')), 'object')
    assert(performance.now() - begin < 2_000)
    assert((await fallbacks(second)) >= 1)
  } finally {
    store.thaw()
  }
})

test('a stream whose client left before it began is not counted', async () => {
  const left = Promise.withResolvers<void>()
  const leaving = new AbortController()
  const take = placesHere()
  const connections = createConnections({
    ...{ stands: () => true, take, perUser: 1, perAddress: 1, waiting: 1, drainOver: 0 },
    refused() {},
  })
  const caller = { viewer: null, client: { ip: '192.0.2.1', userAgent: null } }
  const door = await openDoor({
    ...{ host: '127.0.0.1', port: 0, log: createLog('test', 'silent') },
    async handle(exchange) {
      const counting = {
        ...connections,
        async count() {
          const counted = await connections.count(caller)
          const gone = once(exchange.response, 'close')
          leaving.abort()
          await gone
          return counted
        },
      }
      await answerStream(exchange, {
        identity: { identify: async () => caller },
        connections: counting,
        operate: () => () => {},
        persisted: { read: (params) => ({ params }) },
      })
      left.resolve()
    },
  })
  const asked = fetch(`http://127.0.0.1:${door.port}/`, {
    method: 'POST',
    headers: { accept: 'text/event-stream', 'content-type': 'application/json' },
    body: JSON.stringify({ query: '{ __typename }' }),
    signal: leaving.signal,
  })
  await assert.rejects(asked)
  await left.promise
  assert.equal(typeof (await connections.count(caller)), 'function')
  await connections.drain()
  await door.drain()
})
