import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { Agent } from 'undici'
import { percentile } from '../../bench/percentile.ts'
import { load } from '../harness/load.ts'
import { ask } from '../harness/question.ts'
import { spawnRouter } from '../harness/router-process.ts'
import { openSmallGraph } from '../harness/small-graph.ts'
import { until } from '../harness/until.ts'
import { isFull } from './length.ts'

const graph = await openSmallGraph()
after(() => graph.close())

const query = '{ me { name } }'

// Only the long form has the machine to itself, and looks at times.
const lag = isFull ? { ROUTER_MAX_LAG_MS: '500' } : {}

const p95 = (samples: readonly { ms: number }[]): number =>
  percentile(
    samples.map(({ ms }) => ms),
    0.95,
  )

type Shed = { status: number; ms: number }

/** One of many clients: it asks again at once, and waits as long as it is told to where it is refused. */
async function client(url: string, ends: number, dispatcher: Agent, seen: Shed[]): Promise<void> {
  const init = {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
    dispatcher,
  } as RequestInit
  while (performance.now() < ends) {
    const began = performance.now()
    const response = await fetch(url, init)
    await response.text()
    seen.push({ status: response.status, ms: performance.now() - began })
    if (response.status !== 200) await pause(1_000 * Number(response.headers.get('retry-after')))
  }
}

test('P11 five hundred connections at once: some are answered soon, the others shed, and then all is as before', async () => {
  const router = await spawnRouter(graph.file, { ROUTER_MAX_IN_FLIGHT: '100', ...lag })
  const calm = () => load({ perSecond: 50, seconds: 2 }, () => ask(router.url, query))
  const before = p95(await calm())
  const dispatcher = new Agent({ connections: 500, pipelining: 1 })
  const seen: Shed[] = []
  const ends = performance.now() + (isFull ? 60_000 : 4_000)
  await Promise.all(Array.from({ length: 500 }, () => client(router.url, ends, dispatcher, seen)))
  const memory = router.memory()
  await dispatcher.close()

  const times = (status: number) => seen.filter((one) => one.status === status).map(({ ms }) => ms)
  assert.deepEqual([...new Set(seen.map(({ status }) => status))].sort(), [200, 503])
  assert(memory < 512, `${memory} MiB`)
  if (isFull) {
    assert(percentile(times(200), 0.95) < 1_000, `answered in ${percentile(times(200), 0.95)} ms`)
    assert(percentile(times(503), 0.5) < 50, `shed in ${percentile(times(503), 0.5)} ms`)
  }
  await until('it is ready', router.ready, 10_000)
  await until(
    'the answers take as long as before',
    async () => {
      const now = await calm()
      if (isFull) return p95(now) < Math.max(3 * before, 100)
      return now.every(({ status }) => status === 200)
    },
    20_000,
  )
  await router.stop()
})

test('P21 ten thousand made-up operation names and paths leave few series, the rest counted as "other"', async () => {
  const router = await spawnRouter(graph.file)
  const many = isFull ? 10_000 : 400
  const made = async (at: number) => {
    const operationName = `Made${at}`
    const { status } = await ask(router.url, {
      query: `query ${operationName} { me { name } }`,
      operationName,
    })
    assert.equal(status, 200)
    assert.equal((await fetch(new URL(`/made/${at}`, router.url))).status, 404)
  }
  let next = 0
  const worker = async () => {
    for (let at = next++; at < many; at = next++) await made(at)
  }
  await Promise.all(Array.from({ length: 20 }, worker))
  const series = (await router.metrics()).split('\n').filter((line) => line && !line.startsWith('#'))
  assert(series.length < 2_000, `${series.length} series`)
  const count = series.find((line) =>
    /^graphql_request_duration_seconds_count\{.*operation="other"/.test(line),
  )
  assert(Number(count?.split(' ')[1]) >= many - 50, count)
  await router.stop()
})
