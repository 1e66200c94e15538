import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { after, test } from 'node:test'
import { buildSchema } from 'graphql'
import { openRaw } from '../../tests/harness/raw-socket.ts'
import { Refusal } from '../errors.ts'
import { type Admit, admission } from '../identity/caller.ts'
import { bodyOf, nowhere, sign } from '../identity/signature.ts'
import { createLog } from '../log.ts'
import { liveOperations } from './operations.ts'
import { openSockets } from './sockets.ts'

const log = createLog('test', 'silent')
const schema = buildSchema('type Query { goals: Int } type Subscription { goals(of: Int): Int }')
const { goals } = schema.getSubscriptionType()?.getFields() ?? {}
Object.assign(goals ?? assert.fail(), {
  async *subscribe(_: unknown, { of }: { of: number }) {
    yield { goals: of }
  },
})

const letAll: Admit = async () => ({ viewer: null, client: nowhere })

async function open(admit = letAll) {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  after(() => void server.close())
  const live = liveOperations({ schema, context: () => ({}), log })
  const sockets = openSockets({ server, path: '/graphql', admit, live, log })
  const { port } = server.address() as AddressInfo
  return { sockets, port, url: `http://127.0.0.1:${port}/graphql` }
}

const upgrade = [
  'GET /graphql HTTP/1.1',
  'host: puchi',
  'upgrade: websocket',
  'connection: upgrade',
  'sec-websocket-version: 13',
  `sec-websocket-key: ${Buffer.alloc(16).toString('base64')}`,
  'sec-websocket-protocol: graphql-transport-ws',
].join('\r\n')

test('a drain ends although a socket fails on its way out', async () => {
  const { sockets, port } = await open()
  const socket = connect(port, '127.0.0.1').on('error', () => {})
  socket.write(`${upgrade}\r\n\r\n`)
  await once(socket, 'data')
  const noFrame = Buffer.from([0x8f, 0x00])
  socket.on('data', () => socket.write(noFrame))
  await sockets.drain()
  socket.destroy()
})

test('a ping too deep to be answered ends its own socket alone', async () => {
  const { sockets, url } = await open()
  const [raw, other] = [await openRaw(url), await openRaw(url)]
  raw.send(`{"type":"ping","payload":{"a":${'['.repeat(30_000)}${']'.repeat(30_000)}}}`)
  assert.equal(await raw.code(), 4500)
  other.send({ type: 'ping' })
  await other.hears('a pong', ({ type }) => type === 'pong')
  await sockets.drain()
})

test('A13 what our router signed lets in what it asks and nothing else: another text, operation or variables', async () => {
  const secret = 's'.repeat(40)
  const unused = async () => assert.fail()
  const { sockets, url } = await open(
    admission({ secrets: [secret], credentials: [], verify: unused, viewerOf: unused }),
  )
  after(sockets.drain)
  const raw = await openRaw(url)
  await raw.init(sign(secret, { viewer: null }, { path: '/graphql', body: '' }))
  const query = 'subscription A($of: Int) { goals(of: $of) } subscription B($of: Int) { goals(of: $of) }'
  const asked = { query, operationName: 'A', variables: { of: 1 } }
  const headers = sign(secret, { viewer: null }, { path: '/graphql', body: bodyOf(asked) })
  const ask = async (id: string, changed: Partial<typeof asked> = {}) => {
    raw.send({ type: 'subscribe', id, payload: { ...asked, ...changed, extensions: { headers } } })
    const { payload } = await raw.hears('an answer', (frame) => frame.id === id)
    return payload.data ?? payload[0].extensions.code
  }
  assert.deepEqual(await ask('same'), { goals: 1 })
  assert.equal(await ask('text', { query: `${query} ` }), 'UNAUTHENTICATED')
  assert.equal(await ask('operation', { operationName: 'B' }), 'UNAUTHENTICATED')
  assert.equal(await ask('variables', { variables: { of: 2 } }), 'UNAUTHENTICATED')
})

test('another router may show its credential and a token on the request that opens its socket', async () => {
  const credential = 'c'.repeat(40)
  const verified: string[] = []
  const verify = async (token: string) => {
    verified.push(token)
    throw new Refusal('UNAUTHENTICATED', 'The token is invalid.')
  }
  const unused = async () => assert.fail()
  const { sockets, url } = await open(
    admission({ secrets: [], credentials: [credential], verify, viewerOf: unused }),
  )
  after(sockets.drain)
  const raw = await openRaw(url, { headers: { 'router-credential': credential } })
  await raw.init()
  raw.subscribe('1', 'subscription { goals(of: 3) }')
  await raw.hears('an answer', ({ type }) => type === 'next')
  assert.deepEqual(raw.results('1'), [{ data: { goals: 3 } }])

  const headers = { 'router-credential': credential, authorization: 'Bearer a.b.c' }
  const forged = await openRaw(url, { headers })
  forged.send({ type: 'connection_init' })
  assert.equal(await forged.code(), 4403)
  assert.deepEqual(verified, ['a.b.c'])
  const stranger = await openRaw(url, { headers: { 'router-credential': 'wrong' } })
  stranger.send({ type: 'connection_init' })
  assert.equal(await stranger.code(), 4403)
})
