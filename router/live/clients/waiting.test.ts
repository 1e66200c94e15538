import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { after, test } from 'node:test'
import { openLiveGraph } from '../../../tests/harness/live-graph.ts'
import { openMint } from '../../../tests/harness/mint.ts'
import { openRaw, openReady } from '../../../tests/harness/raw-socket.ts'
import { startInStack } from '../../../tests/harness/small-router.ts'
import { until } from '../../../tests/harness/until.ts'

const most = 20
const graph = await openLiveGraph()
const mint = await openMint()
const router = await startInStack(graph, mint, {
  LIVE_WAITING_PER_ADDRESS: String(most),
  TRUSTED_PROXIES: '127.0.0.1',
})
after(async () => {
  await router.close()
  await graph.close()
  await mint.close()
})

type Upgrade = { ip: string; key?: string; protocol?: string }

/** A connection that asks for a socket and then says nothing, not even that it goes. */
async function silent({ ip, key = randomBytes(16).toString('base64'), protocol }: Upgrade) {
  const { port, host } = new URL(router.url)
  const wire = connect({ port: Number(port), host: '127.0.0.1', allowHalfOpen: true })
  const lines = [
    'GET /graphql HTTP/1.1',
    `host: ${host}`,
    'connection: Upgrade',
    'upgrade: websocket',
    'sec-websocket-version: 13',
    `sec-websocket-key: ${key}`,
    `sec-websocket-protocol: ${protocol ?? 'graphql-transport-ws'}`,
    `x-forwarded-for: ${ip}`,
  ]
  wire.write(`${lines.join('\r\n')}\r\n\r\n`)
  wire.on('error', () => {})
  const [head] = await once(wire, 'data')
  wire.resume()
  return { wire, head: String(head), status: Number(String(head).split(' ')[1]) }
}

const many = (upgrade: Upgrade, count = most) =>
  Promise.all(Array.from({ length: count }, () => silent(upgrade)))
const letGo = (all: { wire: Socket }[]) => {
  for (const { wire } of all) wire.destroy()
}
const settles = (upgrade: Upgrade) =>
  until('it may come again', async () => {
    const one = await silent(upgrade)
    one.wire.destroy()
    return one.status === 101
  })

test('of sockets that never say whom they speak for an address has so many, and the next is 429 until one goes', async () => {
  const ip = '203.0.113.1'
  const all = await many({ ip }, 2 * most)
  const refused = all.filter(({ status }) => status === 429)
  assert.deepEqual([all.filter(({ status }) => status === 101).length, refused.length], [most, most])
  assert.match(refused[0]?.head ?? '', /^retry-after: 1\r$/m)
  const elsewhere = await openRaw(router.url, { headers: { 'x-forwarded-for': '203.0.113.2' } })
  await elsewhere.init()
  await elsewhere.end()
  const metrics = await (await fetch(`${router.adminUrl}/metrics`)).text()
  assert.match(metrics, new RegExp(`live_refusals_total\\{.*bound="waiting".*\\} ${most}`))
  letGo(all)
  await settles({ ip })
})

test('whoever was refused, and whoever was too slow, is cut off where it does not go by itself', async () => {
  const ip = '203.0.113.3'
  const all = await many({ ip }, most + 1)
  await until('all are cut', () => all.every(({ wire }) => wire.destroyed || wire.readableEnded), 15_000)
  // They still hold their own ends open; where the router's is free, what they say is answered with a reset.
  const kept = () => all.filter(({ wire }) => !wire.destroyed)
  await until('no end is there to hear it', () => {
    for (const { wire } of kept()) wire.write('x')
    return kept().length === 0
  })
  await settles({ ip })
})

test('whoever has said whom it speaks for waits no more, whatever the number; a handshake that fails never waits', async () => {
  const ip = '203.0.113.4'
  const headers = { 'x-forwarded-for': ip }
  const ready = []
  for (let n = 0; n < most + 5; n += 1) ready.push(await openReady(router.url, { headers }))
  const failed = await many({ ip, key: 'no key' }, most)
  assert(failed.every(({ status }) => status === 400))
  letGo(failed)
  await settles({ ip })
  const other = await many({ ip, protocol: 'graphql-ws' }, most)
  assert(other.every(({ status }) => status === 101))
  assert.equal((await silent({ ip })).status, 429, 'a wrong subprotocol waits, too, until it has gone')
  letGo(other)
  for (const raw of ready) await raw.end()
  await settles({ ip })
})
