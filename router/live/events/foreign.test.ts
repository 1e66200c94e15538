import assert from 'node:assert/strict'
import { after, afterEach, type TestContext, test } from 'node:test'
import { openLiveGraph } from '../../../tests/harness/live-graph.ts'
import { openRaw } from '../../../tests/harness/raw-socket.ts'
import { startAnonymous } from '../../../tests/harness/small-router.ts'
import { until } from '../../../tests/harness/until.ts'
import type { Flags } from '../../flags.ts'

const graph = await openLiveGraph()
after(() => graph.close())
afterEach(() => {
  graph.door.open = true
  graph.players.behave = null
})

const plain = 'subscription { plain { goals scorer { name } } }'

/** A router over the graph for one test, and a socket of each given caller. */
async function open(t: TestContext, flags: Flags, ...callers: (string | undefined)[]) {
  const router = await startAnonymous(graph, {}, flags)
  const sockets = await Promise.all(
    callers.map(async (authorization) => {
      const raw = await openRaw(router.url)
      await raw.init(authorization && { authorization })
      return raw
    }),
  )
  t.after(async () => {
    for (const raw of sockets) await raw.end()
    await router.close()
    await until('the subgraph is left', () => graph.listeners() === 0)
  })
  return { url: router.url, sockets }
}

// Where HTTP is answered, and no socket is opened.
const plainHttp = { match: graph.players.url }

test('--subscription: the socket of a subgraph may be at another address than the subgraph', async (t) => {
  for (const scheme of ['ws', 'http']) {
    const subscriptions = { match: graph.match.url.replace('http', scheme) }
    const { sockets } = await open(t, { subgraphs: plainHttp, subscriptions }, undefined)
    const [raw] = sockets
    raw?.subscribe('1', plain)
    await until('the subgraph is subscribed', () => graph.listeners() === 1)
    const { version } = graph.score()
    await raw?.hears('an event', ({ type }) => type === 'next')
    const scored = { goals: version, scorer: { name: `Player p${version}` } }
    assert.deepEqual(raw?.results('1'), [{ data: { plain: scored } }])
    raw?.send({ type: 'complete', id: '1' })
    await until('the subgraph is left', () => graph.listeners() === 0)
  }
})

test('a subgraph without a socket is told to the client, over either transport', async (t) => {
  graph.players.behave = (response) => response.writeHead(404).end()
  const { url, sockets } = await open(t, { subgraphs: plainHttp }, undefined)
  const [raw] = sockets
  raw?.subscribe('1', plain)
  const refused = await raw?.hears('an error', ({ type }) => type === 'error')
  assert.equal(refused?.payload[0].extensions.code, 'SUBGRAPH_UNAVAILABLE')
  assert.match(
    refused?.payload[0].message,
    /"match" opened no socket for subscriptions \(graphql-transport-ws\)/,
  )
  const stream = await fetch(`${url}/stream`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
    body: JSON.stringify({ query: plain }),
  })
  assert.match(await stream.text(), /"code":"SUBGRAPH_UNAVAILABLE".*\n\nevent: complete/s)
})

test('a subgraph that lets a caller not in is told to the client', async (t) => {
  graph.door.open = false
  const { sockets } = await open(t, {}, 'Bearer lan')
  const [raw] = sockets
  raw?.subscribe('1', plain)
  const refused = await raw?.hears('an error', ({ type }) => type === 'error')
  assert.equal(refused?.payload[0].extensions.code, 'SUBGRAPH_UNAVAILABLE')
})

test("each caller's Authorization goes on, in the first message and in the request, also where nothing asked is guarded", async (t) => {
  graph.subscribes.length = 0
  const { sockets } = await open(t, {}, 'Bearer lan', 'Bearer minh', undefined)
  for (const raw of sockets) raw.subscribe('1', plain)
  await until('each is subscribed by itself', () => graph.subscribes.length === 3)
  const said = graph.subscribes.map(({ connectionParams, authorization }) => [
    connectionParams,
    authorization,
  ])
  const both = (authorization?: string) => [authorization ? { authorization } : {}, authorization]
  const byText = (one: unknown, other: unknown) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1)
  assert.deepEqual(said.toSorted(byText), [both('Bearer lan'), both('Bearer minh'), both()].toSorted(byText))
})

test('4403 an Authorization that no header can hold is not let in, for nobody could pass it on', async (t) => {
  const { url } = await open(t, {})
  for (const authorization of ['Bearer x\r\nx-user-id: 1', 'x\ny', 'x\0', 'Bearer ☃', 'x\ud800', '\x7f']) {
    const raw = await openRaw(url)
    raw.send({ type: 'connection_init', payload: { authorization } })
    assert.equal(await raw.code(), 4403, JSON.stringify(authorization))
  }
  const raw = await openRaw(url)
  await raw.init({ authorization: 'Bearer \xe9\ty' })
  raw.subscribe('1', plain)
  await until('the subgraph is subscribed', () => graph.listeners() === 1)
  await raw.end()
})
