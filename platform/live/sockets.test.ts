import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { after, test } from 'node:test'
import { buildSchema } from 'graphql'
import { openRaw } from '../../tests/harness/raw-socket.ts'
import { createLog } from '../log.ts'
import { nowhere } from '../signature.ts'
import { liveOperations } from './operations.ts'
import { openSockets } from './sockets.ts'

const log = createLog('test', 'silent')
const schema = buildSchema('type Query { goals: Int } type Subscription { goals: Int }')

async function open() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  after(() => void server.close())
  const live = liveOperations({ schema, context: () => ({}), log })
  const admit = async () => ({ viewer: null, client: nowhere })
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
