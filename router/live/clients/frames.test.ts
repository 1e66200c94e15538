import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { connect } from 'node:net'
import { test } from 'node:test'
import { WebSocket } from 'ws'
import { openLiveGraph } from '../../../tests/harness/live-graph.ts'
import { openRaw, openReady } from '../../../tests/harness/raw-socket.ts'
import { anonymousOver } from '../../../tests/harness/small-router.ts'
import { until } from '../../../tests/harness/until.ts'

const { graph, router } = await anonymousOver(openLiveGraph)

const plain = 'subscription { plain { goals } }'
const open = () => openReady(router.url)

/** A client's frame, masked as RFC 6455 (5.2) wants it. */
function frame(first: number, text: string | Buffer): Buffer {
  const mask = randomBytes(4)
  const payload = Buffer.from(text)
  const masked = payload.map((byte, at) => byte ^ (mask[at % 4] ?? 0))
  return Buffer.concat([Buffer.from([first, 0x80 | payload.length]), mask, masked])
}
const whole = 0x81
const [begin, go, end] = [0x01, 0x00, 0x80]

async function write(...frames: Buffer[]) {
  const raw = await openRaw(router.url)
  const { _socket: wire } = raw.socket as unknown as { _socket: { write(bytes: Buffer): void } }
  for (const one of frames) wire.write(one)
  return raw
}

test('a message may come in fragments, with a ping of the wire between them', async () => {
  const raw = await write(
    frame(begin, '{"type":'),
    frame(0x89, 'there?'),
    frame(go, '"connection'),
    frame(end, '_init"}'),
  )
  await raw.hears('the acknowledgement', ({ type }) => type === 'connection_ack')
  await raw.end()
})

test('what RFC 6455 forbids closes its own socket: text that is no UTF-8, a stray continuation, reserved bits', async () => {
  const other = await open()
  const wrong: [string, number, Buffer][] = [
    ['no UTF-8', 1007, frame(whole, Buffer.from([0xc3, 0x28]))],
    ['a stray continuation', 1002, frame(end, 'x')],
    ['a reserved bit', 1002, frame(0xc1, 'x')],
    ['a reserved opcode', 1002, frame(0x83, 'x')],
    ['no mask', 1002, Buffer.from([0x81, 0x01, 0x78])],
  ]
  for (const [what, code, bytes] of wrong) assert.equal(await (await write(bytes)).code(), code, what)
  other.send({ type: 'ping' })
  await other.hears('a pong', ({ type }) => type === 'pong')
  await other.end()
})

test('4400 an id that is no text, a payload that is no operation, and JSON that is no object close the socket', async () => {
  const payload = { query: plain }
  const ids = [1, null, [], {}, undefined]
  const payloads = [undefined, null, 'x', [], { query: 1 }, { query: null }]
  const parts = [{ variables: 'x' }, { extensions: 'x' }, { extensions: [] }, { operationName: {} }]
  const wrong = [
    ...['1', 'null', '"x"', 'true', ''],
    ...ids.flatMap((id) => [
      { type: 'subscribe', id, payload },
      { type: 'complete', id },
    ]),
    ...[...payloads, ...parts.map((part) => ({ ...payload, ...part }))].map((given) => ({
      type: 'subscribe',
      id: '1',
      payload: given,
    })),
  ]
  for (const message of wrong) {
    const raw = await open()
    raw.send(message)
    assert.equal(await raw.code(), 4400, JSON.stringify(message))
  }
})

test('a complete of what is not under way is nothing, before the acknowledgement too', async () => {
  const raw = await openRaw(router.url)
  raw.send({ type: 'complete', id: 'unknown' })
  await raw.init()
  raw.send({ type: 'complete', id: 'unknown' })
  raw.subscribe('1', '{ __typename }')
  await raw.hears('the end', ({ type }) => type === 'complete')
  await raw.end()
})

test('an id is free again after an error, and of two operations the named one runs', async () => {
  const raw = await open()
  raw.subscribe('1', '{ nothing }')
  await raw.hears('a refusal', ({ id, type }) => id === '1' && type === 'error')
  const query = 'query A { score { __typename } } mutation B { goal { __typename } } query C { __typename }'
  raw.send({ type: 'subscribe', id: '1', payload: { query, operationName: 'C' } })
  await raw.hears('the end', ({ id, type }) => id === '1' && type === 'complete')
  assert.deepEqual(raw.results('1'), [{ data: { __typename: 'Query' } }])
  await raw.end()
})

test('five hundred operations begun and completed in one burst leave nothing behind', async () => {
  const raw = await open()
  for (let n = 0; n < 500; n += 1) {
    raw.subscribe(String(n), plain)
    raw.send({ type: 'complete', id: String(n) })
  }
  raw.subscribe('last', '{ __typename }')
  await raw.hears('the last', ({ id, type }) => id === 'last' && type === 'complete')
  await until('the subgraph is left', () => graph.listeners() === 0)
  assert.equal(raw.heard.filter(({ type }) => type === 'error').length, 0)
  await raw.end()
})

test('of several subprotocols ours is chosen; the older one alone is not spoken', async () => {
  await assert.rejects(openRaw(router.url, { protocol: 'graphql-ws' }), /no subprotocol/)
  const several = new WebSocket(router.url.replace(/^http/, 'ws'), ['graphql-ws', 'graphql-transport-ws'])
  await once(several, 'open')
  assert.equal(several.protocol, 'graphql-transport-ws')
  several.terminate()
})

test('codes that clients make up are counted as one', async () => {
  for (const code of [1000, 3123, 4999]) {
    const raw = await open()
    raw.socket.close(code)
    assert.equal(await raw.code(), code)
  }
  const counted = async () => {
    const metrics = await (await fetch(`${router.adminUrl}/metrics`)).text()
    return [...metrics.matchAll(/^live_socket_closes_total\{code="(\w+)"/gm)].map(([, code]) => code)
  }
  await until('they are counted', async () => (await counted()).includes('other'))
  const made = ['3123', '4999']
  assert.deepEqual(
    (await counted()).filter((code) => made.includes(code ?? '')),
    [],
  )
  assert((await counted()).includes('1000'))
})

/** The head that answers a handshake. */
async function handshake(lines: string[], version = '1.1'): Promise<string> {
  const { port } = new URL(router.url)
  const wire = connect(Number(port), '127.0.0.1')
  const key = `sec-websocket-key: ${randomBytes(16).toString('base64')}`
  const all = ['host: puchi', 'upgrade: WebSocket', 'sec-websocket-version: 13', key, ...lines]
  wire.write(`GET /graphql?x=1 HTTP/${version}\r\n${all.join('\r\n')}\r\n\r\n`)
  const [data] = await once(wire, 'data')
  wire.destroy()
  return String(data)
}

test('a handshake may offer subprotocols and compression in lines of its own; HTTP/1.0 has none, and is answered as it is', async () => {
  const offers = ['graphql-ws', 'graphql-transport-ws'].map((one) => `sec-websocket-protocol: ${one}`)
  const deflate = 'sec-websocket-extensions: permessage-deflate; client_max_window_bits'
  const lines = ['connection: keep-alive, Upgrade', ...offers, deflate]
  const head = await handshake(lines)
  assert.match(head, /^HTTP\/1\.1 101 [\s\S]*^sec-websocket-protocol: graphql-transport-ws\r$/im)
  assert.doesNotMatch(head, /^sec-websocket-extensions/im)
  assert.match(await handshake(lines, '1.0'), /^HTTP\/1\.1 400 [\s\S]*"code":"BAD_REQUEST"/)
})

test('what two readers may take for two things, or what brings a body, becomes no socket', async () => {
  const asked = ['connection: Upgrade', 'sec-websocket-protocol: graphql-transport-ws']
  assert.match(await handshake([...asked, 'content-length: 0']), /^HTTP\/1\.1 101 /)
  for (const doubtful of ['host: other', 'content-length: 5', 'transfer-encoding: chunked']) {
    const head = await handshake([...asked, doubtful])
    assert.match(head, /^HTTP\/1\.1 400 [\s\S]*^connection: close\r$[\s\S]*"code":"BAD_REQUEST"/im, doubtful)
  }
})
