import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { test } from 'node:test'
import type { Log } from '../log.ts'
import { keepConnection } from './connection.ts'

test('a broker that does not answer is told of once, however often it is tried', async () => {
  const tried = Promise.withResolvers<void>()
  let tries = 0
  const server = createServer((socket) => {
    socket.destroy()
    tries += 1
    if (tries === 4) tried.resolve()
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const lines: unknown[][] = []
  const log = { warn: (...line: unknown[]) => void lines.push(line) } as unknown as Log
  const url = `amqp://127.0.0.1:${(server.address() as AddressInfo).port}`
  const options = { name: 'test', heartbeat: 5, deadline: 2_000, onChange() {} }
  const connection = await keepConnection({ ...options, url, log })
  await tried.promise
  await connection.close()
  server.close()
  assert.deepEqual(
    lines.map(([, what]) => what),
    ['the broker does not answer; trying again'],
  )
})
