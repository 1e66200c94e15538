import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { after, type TestContext, test } from 'node:test'
import { WebSocketServer } from 'ws'
import { openLiveGraph } from '../../../tests/harness/live-graph.ts'
import { openReady } from '../../../tests/harness/raw-socket.ts'
import { startAnonymous } from '../../../tests/harness/small-router.ts'
import { until } from '../../../tests/harness/until.ts'

const graph = await openLiveGraph()
after(() => graph.close())

type Connection = { number: number; says(data: unknown): void }

/** A subgraph whose socket hears everything, and acknowledges only its nth connections. */
async function openMute(t: TestContext, ...acknowledged: number[]) {
  const server = new WebSocketServer({
    ...{ host: '127.0.0.1', port: 0 },
    handleProtocols: ([first]) => first ?? false,
  })
  const subscribed: Connection[] = []
  let number = 0
  server.on('connection', (socket) => {
    number += 1
    const mine = number
    socket.on('message', (text) => {
      const { type, id } = JSON.parse(String(text))
      if (type === 'connection_init' && acknowledged.includes(mine)) socket.send('{"type":"connection_ack"}')
      const says = (data: unknown) => socket.send(JSON.stringify({ type: 'next', id, payload: { data } }))
      if (type === 'subscribe') subscribed.push({ number: mine, says })
    })
  })
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  const router = await startAnonymous(graph, {}, { subscriptions: { match: url } })
  const raw = await openReady(router.url)
  raw.subscribe('1', 'subscription { plain { goals } }')
  t.after(async () => {
    await raw.end()
    await router.close()
    for (const one of server.clients) one.terminate()
    server.close()
  })
  return { raw, server, subscribed, connections: () => number }
}

test('a subgraph that opens a socket and never acknowledges it is told to the client', async (t) => {
  const { raw, connections } = await openMute(t)
  const { payload } = await raw.hears('an error', ({ type }) => type === 'error')
  assert.equal(payload[0].extensions.code, 'SUBGRAPH_UNAVAILABLE')
  assert.match(payload[0].message, /"match" opened a socket, but did not acknowledge it/)
  assert.equal(connections(), 1)
})

test('one that was heard of before is waited for', async (t) => {
  const { raw, server, subscribed } = await openMute(t, 1, 3)
  const at = (nth: number) => subscribed.find(({ number }) => number === nth)
  await until('it is asked', () => at(1) !== undefined)
  for (const one of server.clients) one.terminate()
  await until('it is asked again, past a connection that is mute', () => at(3) !== undefined, 15_000)
  at(3)?.says({ plain: { goals: 3 } })
  await raw.hears('the goal', ({ type }) => type === 'next')
  assert.deepEqual(raw.results('1'), [{ data: { plain: { goals: 3 } } }])
})
