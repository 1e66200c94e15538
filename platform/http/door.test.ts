import assert from 'node:assert/strict'
import { once } from 'node:events'
import { Agent, type IncomingMessage, request } from 'node:http'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { pino } from 'pino'
import { until } from '../../tests/harness/until.ts'
import { BadEnvironment } from '../env.ts'
import { Refusal } from '../errors.ts'
import { answer } from './answer.ts'
import { openDoor } from './door.ts'
import { type Handle, readBody } from './exchange.ts'

const log = pino({ level: 'silent' })
const open = (handle: Handle) => openDoor({ handle, port: 0, host: '127.0.0.1', log })
const hello: Handle = async (exchange) => answer(exchange, 200, 'text/plain', 'hello')

test('a refusal becomes its status, what the client can do, and a request id; a fault says nothing', async () => {
  const door = await open(async ({ url }) => {
    if (url.pathname === '/fault') throw new Error('secret')
    throw new Refusal('UNAUTHENTICATED', 'Sign in first.')
  })
  const refused = await fetch(`http://127.0.0.1:${door.port}/`, { headers: { 'x-request-id': 'request-1' } })
  assert.equal(refused.status, 401)
  assert.match(refused.headers.get('www-authenticate') ?? '', /^Bearer/)
  const error = { message: 'Sign in first.', extensions: { code: 'UNAUTHENTICATED', requestId: 'request-1' } }
  assert.deepEqual(await refused.json(), { errors: [error] })
  const fault = await fetch(`http://127.0.0.1:${door.port}/fault`)
  assert.equal(fault.status, 500)
  assert.doesNotMatch(await fault.text(), /secret/)
  await door.drain()
})

test('an outage is a refusal, and in the log a line without a stack', async () => {
  const lines: { level: number; why?: string; err?: object }[] = []
  const told = pino({}, { write: (line) => void lines.push(JSON.parse(line)) })
  const handle = async () => {
    throw Object.assign(new Error('the database system is starting up'), { code: '57P03' })
  }
  const door = await openDoor({ handle, port: 0, host: '127.0.0.1', log: told })
  const { status, headers } = await fetch(`http://127.0.0.1:${door.port}/`)
  assert.deepEqual([status, headers.get('retry-after')], [503, '1'])
  const [line] = lines
  assert.deepEqual([line?.level, line?.why, line?.err], [40, 'the database system is starting up', undefined])
  await door.drain()
})

test('a connection goes on after a body that was too large', async () => {
  const door = await open(async (exchange) =>
    answer(exchange, 200, 'text/plain', await readBody(exchange, 10)),
  )
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const post = async (body: string) => {
    const sent = request({ port: door.port, method: 'POST', agent })
    sent.write(body.slice(0, 5))
    sent.end(body.slice(5))
    const [response] = (await once(sent, 'response')) as [IncomingMessage]
    return [response.statusCode, (await text(response)).slice(0, 5), sent.reusedSocket]
  }
  assert.deepEqual(await post('small'), [200, 'small', false])
  assert.deepEqual(await post('x'.repeat(500_000)), [413, '{"err', true])
  assert.deepEqual(await post('again'), [200, 'again', true])
  agent.destroy()
  await door.drain()
})

const request1 = 'GET /1 HTTP/1.1\r\nhost: x\r\n\r\n'
const chunks = (path: string, rest: string) =>
  `POST ${path} HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n${rest}`

for (const [what, sent, expected] of [
  ['what is no HTTP', [`${request1}hello\r\n\r\n`], ['200 /1', '400 ']],
  ['two requests and what is no HTTP', [request1, `${request1}\0`, 'more'], ['200 /1', '200 /1', '400 ']],
  ['headers without an end', [`${request1}GET / HTTP/1.1\r\nx: ${'x'.repeat(20_000)}`], ['200 /1', '431 ']],
  ['a CONNECT', [`${request1}CONNECT x:1 HTTP/1.1\r\nhost: x\r\n\r\n`], ['200 /1', '405 ']],
  ['a body that breaks off in nonsense', [`${request1}${chunks('/2', 'nonsense\r\n')}`], ['200 /1', '400 ']],
  [
    'nonsense in a body that was answered already',
    [request1 + chunks('/early', 'nonsense\r\n')],
    ['200 /1', '200 /early'],
  ],
] as const)
  test(`${what} after a request, and however slow that is: one answer each, in their order`, async () => {
    const held: (() => void)[] = []
    const door = await open(async (exchange) => {
      const { pathname } = exchange.url
      if (pathname === '/1') await new Promise<void>((release) => held.push(release))
      if (pathname === '/2') await readBody(exchange, 10)
      answer(exchange, 200, 'text/plain', pathname)
    })
    const socket = connect(door.port, '127.0.0.1')
    const failed = Promise.race([once(door.server, 'clientError'), once(door.server, 'connect')])
    for (const part of sent) socket.write(part)
    await failed
    for (const release of held) release()
    const answers = (await text(socket)).split(/HTTP\/1\.1 /).slice(1)
    for (const one of answers) assert.equal(/^allow:/im.test(one), one.startsWith('405'))
    assert.deepEqual(
      answers.map((one) => `${one.slice(0, 3)} ${/\r\n\r\n(\/\w+)$/.exec(one)?.[1] ?? ''}`),
      expected,
    )
    await door.drain()
  })

test('who asks for a socket before an earlier request is answered gets its answers in order, no socket, and an end', async () => {
  const door = await open(async (exchange) => {
    await new Promise(setImmediate)
    answer(exchange, 200, 'text/plain', exchange.url.pathname)
  })
  door.server.on('upgrade', (_, socket) => socket.end('HTTP/1.1 101 Switching Protocols\r\n\r\n'))
  const socket = connect(door.port, '127.0.0.1')
  const upgrade = 'GET /2 HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n'
  socket.write(`${request1}${upgrade}GET /3 HTTP/1.1\r\nhost: x\r\n\r\n`)
  const answers = (await text(socket)).split(/(?=HTTP\/1\.1 )/)
  assert.deepEqual(
    answers.map((one) => [one.slice(9, 12), one.slice(-2), /^connection: close/im.test(one)]),
    [
      ['200', '/1', false],
      ['200', '/2', true],
    ],
  )
  await door.drain()
})

test('a client that takes nothing of its answer is cut off; one that waits for its answer is not', async () => {
  const stall = 300
  const closed: string[] = []
  const handle: Handle = async (exchange) => {
    const { pathname } = exchange.url
    exchange.response.once('close', () => closed.push(pathname))
    if (pathname === '/late') await pause(3 * stall)
    answer(exchange, 200, 'text/plain', 'x'.repeat(pathname === '/late' ? 1 : 32 * 1024 * 1024))
  }
  const door = await openDoor({ handle, port: 0, host: '127.0.0.1', log, stall })
  const ask = (path: string) => {
    const socket = connect(door.port, '127.0.0.1').on('error', () => {})
    socket.write(`GET ${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`)
    return socket
  }
  const late = text(ask('/late'))
  const held = ask('/held').pause()
  assert.match(await late, /^HTTP\/1\.1 200 [\s\S]*\r\n\r\nx$/)
  await until('the one that reads nothing is gone', () => closed.includes('/held'))
  held.destroy()
  await door.drain()
})

test('P5 a door that drains answers what is under way, and closes each connection after that', async () => {
  const held: (() => void)[] = []
  const door = await open(async (exchange) => {
    await new Promise<void>((release) => held.push(release))
    await hello(exchange)
  })
  const agent = new Agent({ keepAlive: true })
  const responses = Array.from({ length: 5 }, () =>
    once(request({ port: door.port, agent }).end(), 'response'),
  )
  while (held.length < 5) await new Promise(setImmediate)
  const idle = connect(door.port, '127.0.0.1')
  await once(idle, 'connect')
  const began = performance.now()
  const drained = door.drain()
  for (const release of held) release()
  for (const [response] of (await Promise.all(responses)) as [IncomingMessage][]) {
    assert.equal(await text(response), 'hello')
    assert.equal(response.headers.connection, 'close')
  }
  await drained
  assert(performance.now() - began < 2_000)
  const [late] = await once(connect(door.port, '127.0.0.1'), 'error')
  assert.equal(late.code, 'ECONNREFUSED')
})

test('a port that is taken is said in one sentence', async () => {
  const door = await open(hello)
  const second = openDoor({ handle: hello, port: door.port, host: '127.0.0.1', log })
  await assert.rejects(
    second,
    (error) => error instanceof BadEnvironment && /is taken\.$/.test(error.message),
  )
  await door.drain()
})
