import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { text } from 'node:stream/consumers'
import { after, before, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { createTelemetry } from '@puchi/platform/telemetry'
import WebSocket from 'ws'
import { metrics as metricsOfCode } from '../../dev/docs/metrics-page.ts'
import { freePort } from '../../dev/ports.ts'
import { root } from '../../dev/subgraphs.ts'
import { openMint } from '../../tests/harness/mint.ts'
import { ask } from '../../tests/harness/question.ts'
import { openRaw, type RawSocket } from '../../tests/harness/raw-socket.ts'
import { openSmallGraph, type SmallGraph } from '../../tests/harness/small-graph.ts'
import { stackSettings } from '../../tests/harness/small-router.ts'
import { until } from '../../tests/harness/until.ts'
import { createSum, states } from './sum.ts'

let graph: SmallGraph
before(async () => {
  graph = await openSmallGraph()
})
after(() => graph.close())

/** A router of two workers, until the file's tests are over. */
async function openTwo(stack?: NodeJS.ProcessEnv, degraded: string[] = []) {
  const [port, adminPort] = [await freePort(), await freePort()]
  const ports = ['--port', String(port), '--admin-port', String(adminPort), '--workers', '2']
  const mode = stack ? [] : ['--anonymous', '--supergraph', graph.file]
  const child = spawn(process.execPath, [`${root}/router/main.ts`, ...mode, ...ports], {
    env: { PATH: process.env['PATH'], HOST: '127.0.0.1', ROUTER_MAX_LAG_MS: '60000', ...stack },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const closed = once(child, 'close')
  after(async () => {
    child.kill('SIGKILL')
    await closed
  })
  const admin = async (path: string) => (await fetch(`http://127.0.0.1:${adminPort}${path}`)).text()
  const all = async () =>
    (await admin('/readyz').catch(() => '')) === JSON.stringify({ ready: true, degraded })
  const started = await until('both workers are ready', all, 30_000)
  const metric = async (name: string) => {
    const lines = [...(await admin('/metrics')).matchAll(new RegExp(`^${name}{.*} (\\S+)$`, 'gm'))]
    return lines.reduce((sum, [, value]) => sum + Number(value), 0)
  }
  const workers = () =>
    readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').trim().split(' ').map(Number)
  return { child, closed, started, url: `http://127.0.0.1:${port}/graphql`, admin, all, metric, workers }
}

type Two = Awaited<ReturnType<typeof openTwo>>

/** Asks over connections that stay, one question after another on each. */
function callers({ url }: Pick<Two, 'url'>, count: number) {
  const told = { answered: 0, lost: new Map<number, number>(), wrong: [] as string[], over: false }
  const caller = async (_: unknown, number: number) => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    while (!told.over) {
      const sent = request(url, { method: 'POST', agent, headers: { 'content-type': 'application/json' } })
      sent.end('{"query":"{ me { name karma } }"}')
      try {
        const [response] = await once(sent, 'response')
        const body = await text(response)
        if (response.statusCode === 200 && body.includes('"karma":10')) told.answered += 1
        else told.wrong.push(body)
        if (response.headers.connection === 'close') break
      } catch {
        told.lost.set(number, (told.lost.get(number) ?? 0) + 1)
      }
      await pause(50)
    }
    agent.destroy()
  }
  return { told, done: Promise.all(Array.from({ length: count }).map(caller)) }
}

test('a worker killed under load costs its own connections alone, and another one follows it at once', async () => {
  const two = await openTwo()
  const { told, done } = callers(two, 10)
  await until('both answer', () => told.answered > 50)
  const [first, second] = two.workers()
  assert(first && second)
  process.kill(first, 'SIGKILL')
  const killed = performance.now()
  await until('it is missed', async () => (await two.admin('/readyz')).includes('"workers"'))
  await until('it is replaced', two.all, 20_000)
  const took = performance.now() - killed
  const before = told.answered
  await until('both answer again', () => told.answered > before + 50)
  told.over = true
  await done
  // A connection dies with its worker, and what was under way on it; whoever asks again is answered by another.
  const most = Math.max(0, ...told.lost.values())
  assert(told.lost.size < 10 && most <= 1, `${told.lost.size} connections lost up to ${most} requests`)
  assert.deepEqual(told.wrong, [])
  assert(two.workers().includes(second), 'the other goes on')
  assert.equal(await two.metric('router_worker_deaths_total'), 1)
  assert.equal(await two.metric('router_workers'), 2)
  // Two seconds; on a busy machine twice what it took to start the first two.
  assert(took < Math.max(2_000, 2 * two.started), `${took} ms`)
})

test('the metrics of all workers are one sum, which no death makes smaller', async () => {
  const two = await openTwo()
  const count = () => two.metric('graphql_request_duration_seconds_count')
  for (let at = 0; at < 40; at++) assert.equal((await ask(two.url, '{ me { name } }')).status, 200)
  assert.equal(await count(), 40)
  const [first] = two.workers()
  process.kill(first ?? 0, 'SIGKILL')
  await until('it is gone', async () => (await two.metric('router_worker_deaths_total')) === 1)
  assert.equal(await count(), 40)
  await until('it is replaced', two.all, 20_000)
  assert.equal(await count(), 40)
})

test('SIGTERM drains all workers: nothing that was let in is lost, sockets close with 1001', async () => {
  const two = await openTwo()
  const sockets = Array.from({ length: 10 }, () => {
    const socket = new WebSocket(two.url.replace('http', 'ws'), 'graphql-transport-ws')
    socket.on('open', () => socket.send('{"type":"connection_init"}'))
    return socket
  })
  await Promise.all(sockets.map((socket) => once(socket, 'message')))
  assert.equal(await two.metric('live_sockets'), 10)
  const codes = Promise.all(sockets.map(async (socket) => (await once(socket, 'close'))[0]))
  const { told, done } = callers(two, 10)
  await until('all answer', () => told.answered > 50)
  two.child.kill('SIGTERM')
  await done
  assert.deepEqual([told.lost.size, told.wrong], [0, []])
  assert.deepEqual(await codes, Array(10).fill(1001))
  assert.deepEqual(await two.closed, [0, null])
})

test('a new supergraph reaches every worker; what interrupts a whole group ends it once', async () => {
  const two = await openTwo()
  const file = readFileSync(graph.file, 'utf8')
  const next = `${graph.file}.next`
  writeFileSync(next, `${file}\n# another version\n`)
  renameSync(next, graph.file)
  await until('both have it', async () => (await two.metric('supergraph_reloads_total')) === 2)
  const pids = two.workers()
  for (const pid of [...pids, two.child.pid ?? 0]) process.kill(pid, 'SIGINT')
  assert.deepEqual(await two.closed, [0, null])
})

test('a user’s mutations are counted over all workers, without any Redis', async () => {
  const mint = await openMint()
  after(() => mint.close())
  const away = { RABBITMQ_URL: 'amqp://127.0.0.1:1' }
  const two = await openTwo({ ...stackSettings(graph, mint), ...away }, ['broker'])
  const authorization = `Bearer ${await mint.token()}`
  const ten = `mutation { ${Array.from({ length: 10 }, (_, at) => `m${at}: rename(name: "x") { id }`).join(' ')} }`
  // Connections are handed out in turn.
  const headers = { authorization, connection: 'close' }
  const statuses: number[] = []
  for (let at = 0; at < 12; at++) statuses.push((await ask(two.url, ten, headers)).status)
  assert.deepEqual(statuses, [...Array(10).fill(200), 429, 429])
})

test('sockets and streams of a user, and of an address, are counted over all workers, without any Redis', async () => {
  const mint = await openMint()
  after(() => mint.close())
  const env = { RABBITMQ_URL: 'amqp://127.0.0.1:1', LIVE_PER_USER: '4', LIVE_PER_ADDRESS: '3' }
  const two = await openTwo({ ...stackSettings(graph, mint), ...env }, ['broker'])
  const authorization = `Bearer ${await mint.token()}`
  /** A socket that may stay; undefined where it is closed with 4429. */
  async function open(payload?: object): Promise<RawSocket | undefined> {
    const raw = await openRaw(two.url)
    raw.send({ type: 'connection_init', payload })
    await until('an answer', () => raw.heard.length > 0 || raw.closed() !== undefined)
    if (!raw.closed()) return raw
    assert.equal(raw.closed()?.code, 4429)
  }
  const openMany = async (payload?: object) => {
    const all: RawSocket[] = []
    for (let at = 0; at < 8; at++) all.push(...[(await open(payload)) ?? []].flat())
    return all
  }
  const [own, nobodys] = [await openMany({ authorization }), await openMany()]
  assert.deepEqual([own.length, nobodys.length], [4, 3])
  const headers = { accept: 'text/event-stream', 'content-type': 'application/json', authorization }
  const asked = { method: 'POST', headers, body: '{"query":"{ __typename }"}' }
  for (let at = 0; at < 4; at++) assert.equal((await fetch(`${two.url}/stream`, asked)).status, 429)
  await own.shift()?.end()
  await until(
    'a place is free',
    async () => own.push(...[(await open({ authorization })) ?? []].flat()) === 4,
  )

  process.kill(two.workers()[0] ?? 0, 'SIGKILL')
  await until('it is missed', async () => !(await two.all()))
  await until('it is replaced', two.all, 20_000)
  const gone = own.filter((raw) => raw.closed()).length
  assert(gone > 0 && gone < 4, `${gone} of 4`)
  assert.equal((await openMany({ authorization })).length, gone)
})

test('workers without a primary do not stay', async () => {
  const two = await openTwo()
  const pids = two.workers()
  two.child.kill('SIGKILL')
  const gone = (pid: number) => {
    try {
      return process.kill(pid, 0) && /^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
    } catch {
      return true
    }
  }
  await until('they are gone', () => pids.every(gone))
})

test('a gauge that is a state and no amount speaks for all', async () => {
  const flags = metricsOfCode().filter(({ type, help, file }) => {
    return type === 'gauge' && help.startsWith('1 ') && /^(router|platform\/broker)\//.test(file)
  })
  assert.deepEqual(flags.map(({ name }) => name).sort(), Object.keys(states).sort())
  const said = async (value: number) => {
    const telemetry = createTelemetry('router')
    telemetry.gauge('broker_connected', 'One of them.').set(value)
    return telemetry.registry.getMetricsAsJSON()
  }
  const text = await createSum().text([await said(1), await said(0)])
  assert.match(text, /^broker_connected{service="router"} 0$/m)
})
