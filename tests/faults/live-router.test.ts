import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { freePort } from '../../dev/ports.ts'
import { type Follower, follow, gapsIn } from '../harness/followers.ts'
import { namedOperation } from '../harness/operations.ts'
import { type Spawned, spawnService } from '../harness/processes.ts'
import { startProxy, type Proxy as TcpProxy } from '../harness/proxy.ts'
import { type TestVhost, vhostFor } from '../harness/rabbit.ts'
import { openRaw } from '../harness/raw-socket.ts'
import { type Stack, startProcesses } from '../harness/stack.ts'
import { until } from '../harness/until.ts'
import { isFull } from './length.ts'

const subscribers = isFull ? 200 : 60
const step = 5
const lessonId = 'lesson_faults'
const churning = isFull ? 600 : 20 // seconds
const perSecond = 50

let stack: Stack
let vhost: TestVhost
let proxy: TcpProxy
let env: NodeJS.ProcessEnv
let router: Spawned
let followers: Follower[] = []
let percent = 0

before(async () => {
  vhost = await vhostFor()
  const rabbit = new URL(vhost.url())
  proxy = await startProxy({ host: rabbit.hostname, port: Number(rabbit.port) })
  rabbit.host = `127.0.0.1:${proxy.port}`
  stack = await startProcesses({ RABBITMQ_URL: rabbit.href, MUTATIONS_PER_MINUTE: '100000' })
  // A second router, to be killed and started again where it was; changes go on by the first one.
  const urls = { SUBGRAPH_AUTH_URL: stack.authUrl, SUBGRAPH_USER_URL: stack.userUrl }
  const ports = { ROUTER_PORT: String(await freePort()), ROUTER_ADMIN_PORT: String(await freePort()) }
  env = { ...stack.env, ...urls, ...ports }
  router = await startRouter()
  followers = Array.from({ length: subscribers }, (_, i) => {
    const username = `follower${i}`
    const token = () => stack.token(username)
    return follow({ url: router.url, username, token, lessonId }, i)
  })
  await until(
    'all are shown how things stand',
    () => followers.every(({ shown }) => shown.length > 0),
    60_000,
  )
})
after(async () => {
  for (const one of followers) one.close()
  await router?.kill()
  await stack?.close()
  await proxy?.close()
})

async function startRouter(): Promise<Spawned> {
  const service = spawnService('router', 'router', env)
  await service.ready
  return service
}

/** Every learner gets a little further. */
async function learn(): Promise<void> {
  percent += step
  const waiting = [...followers]
  const input = { lessonId, percent, correct: 1, total: 2, seconds: 10, idempotencyKey: `step-${percent}` }
  const worker = async () => {
    for (let one = waiting.pop(); one; one = waiting.pop()) {
      const token = await stack.token(one.username)
      const { body } = await stack.ask(namedOperation('RecordProgress'), { token, variables: { input } })
      assert.equal(body.errors, undefined)
    }
  }
  await Promise.all(Array.from({ length: 8 }, worker))
}

const allSee = (ms: number) =>
  until(
    `everyone sees ${percent} %`,
    () => followers.every(({ shown }) => shown.at(-1)?.percent === percent),
    ms,
  ).catch((error) => {
    const behind = followers.filter(({ shown }) => shown.at(-1)?.percent !== percent)
    throw new Error(`${behind.length} are behind, as ${JSON.stringify(behind[0])}`, { cause: error })
  })

function assertNothingLost(): void {
  for (const { username, shown, failures } of followers) {
    assert.deepEqual(failures, [], username)
    assert.deepEqual(gapsIn(shown, step), [], username)
  }
}

test('W9 a router that is killed and comes back loses nothing for all subscribers of graphql-ws, Apollo Client and urql', async () => {
  await learn()
  await allSee(10_000)
  await router.kill()
  await learn()
  await learn()
  router = await startRouter()
  await allSee(30_000)
  await learn()
  await allSee(10_000)
  assertNothingLost()
})

test('W10 a broker that goes away and comes back loses nothing for all subscribers, and they notice within 5 s', async () => {
  const degraded = async () =>
    (
      await (await fetch(`${stack.userUrl.replace(/:\d+\/.*/, '')}:${env['USER_ADMIN_PORT']}/readyz`)).text()
    ).includes('broker')
  await learn()
  await allSee(10_000)
  const sockets = followers.map(({ shown }) => shown.length)
  proxy.cut()
  await until('the broker is away', degraded, 30_000)
  await learn()
  await learn()
  assert.deepEqual(
    followers.map(({ shown }) => shown.length),
    sockets,
  )
  proxy.mend()
  await until('the broker is back', async () => !(await degraded()), 30_000)
  await allSee(5_000)
  await learn()
  await allSee(10_000)
  assertNothingLost()
})

const metricAt = async (adminUrl: string, name: string): Promise<number> => {
  const text = await (await fetch(`${adminUrl}/metrics`)).text()
  return Number(new RegExp(`^${name}(?:\\{.*\\})? (\\S+)`, 'm').exec(text)?.[1] ?? 0)
}
const userAdminUrl = () => `http://localhost:${env['USER_ADMIN_PORT']}`

/** What may not grow: queues and their consumers, subscriptions, sockets. */
async function held() {
  const queues = (await vhost.call('GET', 'queues/VHOST')) as { name: string; consumers?: number }[]
  return {
    queues: queues.length,
    consumers: queues.reduce((sum, { consumers = 0 }) => sum + consumers, 0),
    sockets: await metricAt(router.adminUrl, 'live_sockets'),
    groups: await metricAt(router.adminUrl, 'live_groups'),
    subscriptions: await metricAt(userAdminUrl(), 'live_subscriptions'),
  }
}
const megabytes = async () =>
  Promise.all(
    [router.adminUrl, userAdminUrl()].map(
      async (url) => (await metricAt(url, 'process_resident_memory_bytes')) / 2 ** 20,
    ),
  )

/** One that comes, hears how things stand, and goes: with a word, or without. */
async function visit(n: number, token: string): Promise<void> {
  const raw = await openRaw(router.url)
  await raw.init({ authorization: `Bearer ${token}` })
  raw.subscribe('1', namedOperation('ProgressUpdated'), { lessonId })
  await raw.hears('how things stand', ({ type }) => type === 'next')
  if (n % 2) await raw.end()
  else raw.socket.terminate()
}

/** Fifty come a second; where the machine cannot keep up, no more than so many at once. */
async function churn(seconds: number): Promise<void> {
  const tokens = new Map<number, Promise<string>>()
  const begin = performance.now()
  const visits = new Set<Promise<void>>()
  for (let n = 0; n < seconds * perSecond; n += 1) {
    await pause(Math.max(0, begin + (n * 1_000) / perSecond - performance.now()))
    if (visits.size >= 100) await Promise.race(visits)
    // A token lives a minute.
    if (n % (perSecond * 10) === 0) tokens.clear()
    const token = tokens.get(n % 200) ?? stack.token(`visitor${n % 200}`)
    tokens.set(n % 200, token)
    const one = token.then((text) => visit(n, text)).finally(() => visits.delete(one))
    visits.add(one)
  }
  await Promise.all(visits)
}

test('W11 after a churn of fifty connections a second, queues, consumers, listeners, sockets and memory are as before', async () => {
  for (const one of followers) one.close()
  followers = []
  await until('all have left', async () => (await held()).sockets === 0)
  await churn(isFull ? 60 : 8) // as long as the space for what is new takes to grow
  await until('the first have left', async () => (await held()).sockets === 0)
  // RabbitMQ tells of its consumers every five seconds.
  let before = await held()
  await until(
    'the broker tells the same twice',
    async () => {
      const last = before
      await pause(6_000)
      before = await held()
      return JSON.stringify(last) === JSON.stringify(before)
    },
    30_000,
  )
  const memory = await megabytes()
  await churn(churning)
  await until('all have left', async () => (await held()).subscriptions === before.subscriptions, 20_000)
  await until(
    'nothing is left of them',
    async () => JSON.stringify(await held()) === JSON.stringify(before),
    20_000,
  ).catch(async () => assert.deepEqual(await held(), before))
  const grown = (await megabytes()).map((now, i) => now - (memory[i] ?? 0))
  console.log(
    `W11 ${churning} s: ${JSON.stringify(before)}, RSS before ${memory.map(Math.round)} MB, more by ${grown.map(Math.round)}`,
  )
  for (const more of grown) assert(more < 100, `${more.toFixed(0)} MB more`)
})
