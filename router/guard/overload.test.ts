import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { beforeEach, test } from 'node:test'
import { ask } from '../../tests/harness/question.ts'
import { openReady, refusedUpgrade } from '../../tests/harness/raw-socket.ts'
import { openSmallGraph } from '../../tests/harness/small-graph.ts'
import { anonymousOver } from '../../tests/harness/small-router.ts'
import { until } from '../../tests/harness/until.ts'

const { graph, router } = await anonymousOver(openSmallGraph, {
  ROUTER_MAX_IN_FLIGHT: '5',
  ROUTER_MAX_LAG_MS: '500',
})
beforeEach(() => graph.reset())

const query = '{ me { name } }'
// What is asked alike at one time is fetched once.
const named = (number: number) => `query Me${number} ${query}`
async function underway(): Promise<number> {
  const metrics = await (await fetch(`${router.adminUrl}/metrics`)).text()
  return Number(/^router_requests_in_flight\{[^}]*\} (\d+)$/m.exec(metrics)?.[1])
}
const readiness = async () => (await fetch(`${router.adminUrl}/readyz`)).status

test('P10 while the event loop lags requests are shed with 503, and soon it is ready again', async () => {
  await until('it is calm', async () => (await readiness()) === 200)
  const asked = ask(router.url, query)
  const ends = performance.now() + 2_000
  while (performance.now() < ends);
  const { status, codes, headers } = await asked
  assert.deepEqual([status, codes, headers.get('retry-after')], [503, ['OVERLOADED'], '1'])
  assert.equal(await readiness(), 503)
  assert((await until('it is ready again', async () => (await readiness()) === 200)) < 5_000)
  assert.equal((await ask(router.url, query)).status, 200)
})

test('P11 what comes while enough is under way is shed at once, the rest is answered', async () => {
  await until('it is calm', async () => (await readiness()) === 200)
  const held: (() => void)[] = []
  graph.accounts.behave = (response) => void held.push(() => response.end('{"data":{"me":{"name":"Lan"}}}'))
  const first = Array.from({ length: 5 }, (_, at) => ask(router.url, named(at)))
  await until('five are under way', () => held.length === 5)
  const more = await Promise.all(Array.from({ length: 50 }, () => ask(router.url, query)))
  for (const { status, codes, headers } of more)
    assert.deepEqual([status, codes, headers.get('retry-after')], [503, ['OVERLOADED'], '1'])
  assert.equal(held.length, 5)
  for (const answer of held) answer()
  for (const { status } of await Promise.all(first)) assert.equal(status, 200)
  graph.reset()
  assert.equal((await ask(router.url, query)).status, 200)
  const metrics = await (await fetch(`${router.adminUrl}/metrics`)).text()
  assert.match(metrics, /router_requests_shed_total\{reason="in-flight"[^}]*\} 50/)
})

test('P11 whoever holds the rest of a request back holds no place for long that others need', async () => {
  await until('it is calm', async () => (await readiness()) === 200)
  await until('nothing is under way', async () => (await underway()) === 0)
  const { port } = new URL(router.url)
  const head =
    'POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 30\r\n\r\n{'
  const slow = Array.from({ length: 5 }, () => connect(Number(port), '127.0.0.1').on('error', () => {}))
  for (const socket of slow) socket.resume().write(head)
  await until('there is no more room', async () => (await underway()) === 5)
  await until('another comes in', async () => (await ask(router.url, query)).status === 200, 5_000)
  await until('one has made place', () => slow.some(({ destroyed }) => destroyed))
  assert(slow.some(({ destroyed }) => !destroyed))
  for (const socket of slow) socket.destroy()
  await until('five come in', async () => {
    const all = await Promise.all(Array.from({ length: 5 }, (_, at) => ask(router.url, named(at))))
    return all.every(({ status }) => status === 200)
  })
})

test('P11 streams, new sockets and what is asked over an open one are shed as well', async () => {
  await until('it is calm', async () => (await readiness()) === 200)
  const raw = await openReady(router.url)
  const held: (() => void)[] = []
  graph.accounts.behave = (response) => void held.push(() => response.end('{"data":{"me":{"name":"Lan"}}}'))
  for (let at = 0; at < 5; at++) raw.subscribe(String(at), named(at))
  await until('five are under way, over the socket', () => held.length === 5)

  const stream = await ask(`${router.url}/stream`, query, { accept: 'text/event-stream' })
  assert.deepEqual(
    [stream.status, stream.codes, stream.headers.get('retry-after')],
    [503, ['OVERLOADED'], '1'],
  )
  assert.equal(await refusedUpgrade(router.url, {}), 503)
  raw.subscribe('late', query)
  const { payload } = await raw.hears('the refusal', ({ id, type }) => id === 'late' && type === 'error')
  assert.equal(payload[0].extensions.code, 'OVERLOADED')

  for (const answer of held) answer()
  for (let at = 0; at < 5; at++)
    await raw.hears('an answer', ({ id, type }) => id === String(at) && type === 'complete')
  graph.reset()
  raw.subscribe('again', query)
  await raw.hears('an answer again', ({ id, type }) => id === 'again' && type === 'next')
  assert.equal((await ask(router.url, query)).status, 200)
  await raw.end()
})

test('a traceparent goes on to the subgraphs, and nothing else that such a header says', async () => {
  const traceparent = `00-${'ab'.repeat(16)}-${'cd'.repeat(8)}-01`
  for (const [given, passed] of [[traceparent, traceparent] as const, ['00-ab-cd-01', undefined] as const]) {
    graph.reset()
    await ask(router.url, query, { traceparent: given })
    assert.equal(graph.accounts.calls[0]?.headers['traceparent'], passed)
  }
})
