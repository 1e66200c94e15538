import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { freePort } from '../../dev/ports.ts'
import { type Follower, follow, gapsIn } from '../harness/followers.ts'
import { namedOperation } from '../harness/operations.ts'
import { type Spawned, spawnService } from '../harness/processes.ts'
import { startProxy, type Proxy as TcpProxy } from '../harness/proxy.ts'
import { vhostFor } from '../harness/rabbit.ts'
import { type Stack, startProcesses } from '../harness/stack.ts'
import { until } from '../harness/until.ts'
import { isFull } from './length.ts'

const subscribers = isFull ? 200 : 60
const step = 5
const lessonId = 'lesson_faults'

let stack: Stack
let proxy: TcpProxy
let env: NodeJS.ProcessEnv
let router: Spawned
let followers: Follower[] = []
let percent = 0

before(async () => {
  const rabbit = new URL((await vhostFor()).url())
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
