import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { after, before, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { createClient } from 'graphql-ws'
import { WebSocket } from 'ws'
import { percentile } from '../../bench/percentile.ts'
import { freePort } from '../../dev/ports.ts'
import { root } from '../../dev/subgraphs.ts'
import { openLiveGraph } from '../harness/live-graph.ts'
import { openReady, type RawSocket } from '../harness/raw-socket.ts'
import { until } from '../harness/until.ts'
import { isFull } from './length.ts'

const plain = 'subscription { plain { goals } }'

let graph: Awaited<ReturnType<typeof openLiveGraph>>
let router: ChildProcess
let url: string
let adminUrl: string
before(async () => {
  graph = await openLiveGraph()
  const [port, adminPort] = [await freePort(), await freePort()]
  url = `http://127.0.0.1:${port}/graphql`
  adminUrl = `http://127.0.0.1:${adminPort}`
  const args = [`${root}/router/main.ts`, '--anonymous', '--supergraph', graph.file, '--port', String(port)]
  const env = {
    ROUTER_ADMIN_PORT: String(adminPort),
    NODE_ENV: 'test',
    HOST: '127.0.0.1',
    LOG_LEVEL: 'error',
  }
  router = spawn(process.execPath, args, { env, stdio: ['ignore', 'inherit', 'inherit'] })
  await until(
    'the router is ready',
    async () => (await fetch(`${adminUrl}/readyz`).catch(() => null))?.ok === true,
    60_000,
  )
})
after(async () => {
  if (router.exitCode === null && router.kill('SIGKILL')) await once(router, 'exit')
  await graph.close()
})

async function metric(name: string): Promise<number> {
  const text = await (await fetch(`${adminUrl}/metrics`)).text()
  return Number(new RegExp(`^${name}\\{.*\\} (\\S+)`, 'm').exec(text)?.[1] ?? 0)
}
const rss = () => metric('process_resident_memory_bytes')
const cpu = () => metric('process_cpu_seconds_total')

const open = (): Promise<RawSocket> => openReady(url)

const p95 = (times: readonly number[]): number => percentile(times, 0.95)

test('W5 while somebody does not read, others have 95 of 100 events within 200 ms', async () => {
  const slow = await open()
  const other = await open()
  slow.subscribe('1', 'subscription { plain(size: 100000) { filler } }')
  other.subscribe('1', plain)
  await until('both are subscribed', () => graph.listeners() === 2)
  slow.socket.pause()
  const times: number[] = []
  for (let n = 1; n <= 100; n += 1) {
    graph.score()
    times.push(await until('the other has it', () => other.results('1').length === n))
  }
  assert(p95(times) < 200, `${p95(times)} ms`)
  slow.socket.resume()
  assert.equal(await slow.code(), 1013)
  await other.end()
})

test('W6 a thousand pings a second cost less than half a core, and others are served', async () => {
  const flooding = await open()
  const other = await open()
  other.subscribe('1', plain)
  await until('the subgraph is subscribed', () => graph.listeners() === 1)
  const [cpuBefore, begin] = [await cpu(), performance.now()]
  for (let n = 0; n < 150; n += 1) {
    for (let i = 0; i < 10; i += 1) flooding.socket.ping()
    for (let i = 0; i < 10; i += 1) flooding.send({ type: 'ping' })
    await pause(Math.max(0, begin + (n + 1) * 20 - performance.now()))
  }
  const part = (await cpu()) - cpuBefore
  const seconds = (performance.now() - begin) / 1_000
  assert(part / seconds < 0.5, `${part.toFixed(2)} s of ${seconds.toFixed(2)} s`)
  graph.score()
  await until('the other has the event', () => other.results('1').length === 1, 1_000)
  await flooding.end()
  await other.end()
})

test('W3 two thousand idle sockets, each with a subscription, leave the router below 300 MB', async () => {
  const raws: RawSocket[] = []
  const subscribed = async () => {
    const raw = await open()
    raw.subscribe('1', plain)
    return raw
  }
  // Two thousand at once would be overload.
  for (let n = 0; n < 20; n += 1) raws.push(...(await Promise.all(Array.from({ length: 100 }, subscribed))))
  await until('the subgraph is subscribed', () => graph.listeners() === 1)
  await until('each has a socket', async () => (await metric('live_sockets')) === 2_000)
  const held = await rss()
  assert(held < 300 * 2 ** 20, `${(held / 2 ** 20).toFixed(0)} MB`)
  // Some of two thousand subscribe after an event: they hear the next one.
  await until('all have an event', async () => {
    graph.score()
    await pause(500)
    return raws.every((raw) => raw.results('1').length > 0)
  })
  for (const raw of raws) raw.socket.terminate()
  await until('all are gone', async () => (await metric('live_sockets')) === 0)
})

test('P9 clients that ping notice a router that is frozen, and come back to it when it thaws; no socket is left over', async () => {
  const [frozen, keepAlive] = isFull ? [30_000, 12_000] : [4_000, 1_000]
  const versions: number[][] = []
  const clients = Array.from({ length: 20 }, (_, i) => {
    const heard: number[] = []
    versions[i] = heard
    let unanswered: NodeJS.Timeout | undefined
    let missed = 0
    const client = createClient({
      url: url.replace('http', 'ws'),
      webSocketImpl: WebSocket,
      keepAlive,
      retryAttempts: 20,
      shouldRetry: () => true,
      connectionAckWaitTimeout: 2_000,
      on: {
        ping: (received) => {
          if (!received) unanswered = setTimeout(() => client.terminate(), keepAlive)
        },
        pong: (received) => void (received && clearTimeout(unanswered)),
        closed: () => {
          clearTimeout(unanswered)
          missed += 1
        },
      },
    })
    client.subscribe<{ scored: { version: number } }>(
      { query: 'subscription { scored { version } }' },
      {
        next: ({ data }) => void (data && heard.push(data.scored.version)),
        error: assert.ifError,
        complete: () => {},
      },
    )
    return { end: () => client.dispose(), missed: () => missed }
  })
  await until('all are shown how things stand', () => versions.every((heard) => heard.length > 0), 20_000)
  const before = await rss()
  router.kill('SIGSTOP')
  const thaw = setTimeout(() => router.kill('SIGCONT'), frozen)
  await until('all have noticed', () => clients.every(({ missed }) => missed() > 0), frozen)
  const { version } = graph.score()
  await until(
    'it thaws and all have the event',
    () => versions.every((heard) => heard.at(-1) === version),
    60_000,
  )
  clearTimeout(thaw)
  await until(
    'no stale socket is left',
    async () => (await metric('live_sockets')) === clients.length,
    30_000,
  )
  const grown = (await rss()) - before
  assert(grown < 50 * 2 ** 20, `${(grown / 2 ** 20).toFixed(0)} MB more`)
  for (const { end } of clients) await end()
})
