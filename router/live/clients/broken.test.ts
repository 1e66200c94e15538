import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { createLog } from '@puchi/platform/log'
import { WebSocketServer } from 'ws'
import { openRaw } from '../../../tests/harness/raw-socket.ts'
import { until } from '../../../tests/harness/until.ts'
import { placesHere } from '../../guard/places.ts'
import type { Operate } from '../operations.ts'
import { type Connection, createConnections } from './connections.ts'
import { serveSocket } from './socket.ts'

const log = createLog('test', 'silent')
const nobody = async () => ({ viewer: null })

type Parts = { identify?: () => Promise<never>; operate?: Operate; add?(one: Connection): void }

/** A router's socket, whose parts fail as they are told to. */
async function broken(parts: Parts) {
  const connections = createConnections({
    ...{ stands: () => true, take: placesHere(), perUser: 5, perAddress: 5, waiting: 5, drainOver: 0 },
    refused() {},
  })
  const server = new WebSocketServer({
    port: 0,
    host: '127.0.0.1',
    handleProtocols: ([first]) => first ?? false,
  })
  server.on('connection', (socket, request) =>
    serveSocket(socket, request, {
      identity: { identify: parts.identify ?? nobody },
      connections: {
        ...connections,
        add(one) {
          parts.add?.(one)
          return connections.add(one)
        },
      },
      operate: parts.operate ?? (() => () => {}),
      settled() {},
      perSocket: 20,
      initPatience: 3_000,
      log,
    }),
  )
  await once(server, 'listening')
  const raw = await openRaw(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  const close = async () => {
    server.close()
    await connections.drain()
  }
  return { raw, close }
}

test('4500 a fault of ours while a socket is introduced closes it, and says nothing of itself', async () => {
  const { raw, close } = await broken({ identify: () => Promise.reject(new Error('SELECT password')) })
  raw.send({ type: 'connection_init' })
  assert.equal(await raw.code(), 4500)
  assert.equal(raw.closed()?.reason, 'Internal server error')
  await close()
})

test('4500 a fault of ours in an operation closes the socket', async () => {
  const { raw, close } = await broken({
    operate: (_, __, { broken }) => {
      setImmediate(broken)
      return () => {}
    },
  })
  await raw.init()
  raw.subscribe('1', '{ __typename }')
  assert.equal(await raw.code(), 4500)
  await close()
})

test('4500 a fault of ours while an operation is begun closes its socket, and ends no process', async () => {
  const { raw, close } = await broken({
    operate: () => {
      throw new Error('SELECT password')
    },
  })
  await raw.init()
  raw.subscribe('1', '{ __typename }')
  assert.equal(await raw.code(), 4500)
  await close()
})

test('a client that vanishes without a word is given up at the second ping, and what it had asked ends; one that answers stays', async () => {
  let held: Connection | undefined
  let left = 0
  const { raw, close } = await broken({
    add: (one) => {
      held = one
    },
    operate: () => () => {
      left += 1
    },
  })
  await raw.init()
  raw.subscribe('1', 'subscription { a }')
  for (let n = 0; n < 3; n += 1) {
    const asked = once(raw.socket, 'ping')
    held?.probe()
    await asked
    raw.send({ type: 'ping' })
    await until('it has answered', () => raw.heard.filter(({ type }) => type === 'pong').length === n + 1)
  }
  raw.socket.pause()
  held?.probe()
  held?.probe()
  await until('what it had asked ends', () => left === 1)
  raw.socket.resume()
  assert.equal(await raw.code(), 1006)
  await close()
})
