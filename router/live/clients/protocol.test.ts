import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openLiveGraph } from '../../../tests/harness/live-graph.ts'
import { ask } from '../../../tests/harness/question.ts'
import { openRaw, openReady, refusedUpgrade } from '../../../tests/harness/raw-socket.ts'
import { anonymousOver, startAnonymous } from '../../../tests/harness/small-router.ts'
import { until } from '../../../tests/harness/until.ts'

const { graph, router } = await anonymousOver(openLiveGraph)

const plain = 'subscription { plain { goals } }'
const open = () => openReady(router.url)

test('4400 what is no message of a client closes the socket', async () => {
  const wrong = [
    'no JSON',
    '[]',
    '{}',
    { type: 'connection_ack' },
    { type: 'next', id: '1', payload: {} },
    { type: 'error', id: '1', payload: [] },
    { type: 'start', id: '1', payload: { query: plain } },
    { type: 'ping', payload: 1 },
    { type: 'complete' },
    { type: 'subscribe', payload: { query: plain } },
    { type: 'subscribe', id: '', payload: { query: plain } },
    { type: 'subscribe', id: '1', payload: {} },
    { type: 'subscribe', id: '1', payload: { query: plain, variables: [] } },
    { type: 'subscribe', id: '1', payload: { query: plain, operationName: 1 } },
  ]
  for (const message of wrong) {
    const raw = await open()
    raw.send(message)
    assert.equal(await raw.code(), 4400, JSON.stringify(message))
  }
  const bad = await openRaw(router.url)
  bad.send({ type: 'connection_init', payload: 'token' })
  assert.equal(await bad.code(), 4400)
})

test('W6 a binary frame is 4400, a message of more than 64 KiB is 1009', async () => {
  const binary = await open()
  binary.socket.send(Buffer.from('{"type":"ping"}'))
  assert.equal(await binary.code(), 4400)
  const large = await open()
  large.send({ type: 'ping', payload: { x: 'x'.repeat(64 * 1024) } })
  assert.equal(await large.code(), 1009)
})

test('4400 a ping nested so deep that its answer could not be written closes its own socket, and no other', async () => {
  const other = await open()
  for (const [start, end, levels] of [
    ['{"a":', '}', 9_000],
    ['[', ']', 30_000],
  ] as const) {
    const raw = await openRaw(router.url)
    raw.send(`{"type":"ping","payload":{"a":${start.repeat(levels)}1${end.repeat(levels)}}}`)
    assert.equal(await raw.code(), 4400)
  }
  other.send({ type: 'ping' })
  await other.hears('a pong', ({ type }) => type === 'pong')
  await other.end()
})

test('4401 whoever subscribes before it is acknowledged is sent away', async () => {
  const raw = await openRaw(router.url)
  raw.subscribe('1', plain)
  assert.equal(await raw.code(), 4401)
})

test('4406 no other subprotocol is spoken', async () => {
  const none = await openRaw(router.url, { protocol: null })
  assert.equal(await none.code(), 4406)
})

test('W1 4408 whoever says nothing for 3 s is sent away', async () => {
  const raw = await openRaw(router.url)
  const waited = await until('the socket closes', () => raw.closed() !== undefined)
  assert.equal(raw.closed()?.code, 4408)
  assert(waited > 2_000 && waited < 4_000, `${waited} ms`)
})

test('W4 4409 an id that is in use closes the socket; one that is free again does not', async () => {
  const raw = await open()
  raw.subscribe('1', '{ __typename }')
  await raw.hears('the end', ({ type }) => type === 'complete')
  raw.subscribe('1', plain)
  raw.subscribe('1', plain)
  assert.equal(await raw.code(), 4409)
})

test('4429 a second initialisation closes the socket', async () => {
  const raw = await open()
  raw.send({ type: 'connection_init' })
  assert.equal(await raw.code(), 4429)
})

test('W12 a page of a foreign origin is refused with 403, one of a known origin is not', async () => {
  assert.equal(await refusedUpgrade(router.url, { origin: 'https://evil.example' }), 403)
  const known = await openReady(router.url, { headers: { origin: 'http://localhost:3000' } })
  await known.end()
  assert.equal(await refusedUpgrade(router.url.replace('/graphql', '/other'), {}), 404)
})

test('a ping is answered with its payload', async () => {
  const raw = await openRaw(router.url)
  raw.send({ type: 'ping', payload: { a: 1 } })
  const { payload } = await raw.hears('a pong', ({ type }) => type === 'pong')
  assert.deepEqual(payload, { a: 1 })
  raw.send({ type: 'pong' })
  await raw.init()
  await raw.end()
})

test('a wrong operation is answered with an error, and the other subscriptions go on', async () => {
  const raw = await open()
  raw.subscribe('good', plain)
  await until('the subgraph is subscribed', () => graph.listeners() === 1)
  raw.subscribe('syntax', 'subscription {')
  raw.subscribe('field', 'subscription { nothing }')
  raw.subscribe('variables', 'subscription S($after: Int!) { scored(after: $after) { goals } }', {
    after: 'x',
  })
  raw.subscribe('two', 'subscription { plain { goals } scored { goals } }')
  const codes: [string, string][] = [
    ['syntax', 'GRAPHQL_PARSE_FAILED'],
    ['field', 'GRAPHQL_VALIDATION_FAILED'],
    ['variables', 'BAD_USER_INPUT'],
    ['two', 'GRAPHQL_VALIDATION_FAILED'],
  ]
  for (const [name, code] of codes) {
    const { payload } = await raw.hears(name, ({ id, type }) => id === name && type === 'error')
    assert.equal(payload[0].extensions.code, code, name)
  }
  const { goals } = graph.score()
  await raw.hears('the goal', ({ id, payload }) => id === 'good' && payload.data.plain.goals === goals)
  assert.equal(raw.heard.filter(({ id, type }) => id !== 'good' && type === 'complete').length, 0)
  await raw.end()
})

test('a condition at the root of a subscription is refused, over the socket and over HTTP', async () => {
  const raw = await open()
  raw.subscribe('good', plain)
  const asked = '($a: Boolean!)'
  const texts = [
    `subscription${asked} { plain @include(if: $a) { goals } }`,
    `subscription${asked} { ... @skip(if: $a) { plain { goals } } }`,
    `subscription${asked} { ...F } fragment F on Subscription { plain @include(if: $a) { goals } }`,
    'subscription { plain @skip(if: true) { goals } }',
    `{ score { goals } } subscription S${asked} { plain @include(if: $a) { goals } }`,
  ]
  for (const [n, query] of texts.entries())
    for (const a of [true, false]) {
      raw.subscribe(`${n}${a}`, query, { a })
      const { payload } = await raw.hears(
        'a refusal',
        ({ id, type }) => id === `${n}${a}` && type === 'error',
      )
      const { status, errors } = await ask(router.url, { query, variables: { a } })
      assert.equal(status, 400, query)
      for (const [error] of [payload, errors])
        assert.deepEqual(
          [error.extensions.code, error.message],
          [
            'GRAPHQL_VALIDATION_FAILED',
            'The root field of a subscription may not depend on @skip or @include.',
          ],
        )
    }
  raw.subscribe('below', `subscription${asked} { plain { goals version @include(if: $a) } }`, { a: false })
  await until('both are subscribed', () => graph.listeners() === 2)
  const { goals } = graph.score()
  for (const id of ['good', 'below']) {
    const { payload } = await raw.hears('the goal', (one) => one.id === id && one.type === 'next')
    assert.deepEqual(payload, { data: { plain: { goals } } })
  }
  await raw.end()
})

test('a query over the socket is answered once and completed', async () => {
  const raw = await open()
  raw.subscribe('1', '{ score { goals scorer { name } } }')
  await raw.hears('the end', ({ type }) => type === 'complete')
  assert.equal(raw.results('1').length, 1)
  assert.equal(typeof raw.results('1')[0].data.score.goals, 'number')
  await raw.end()
})

test('W3 the 21st operation of a socket is refused, and the others go on', async () => {
  const raw = await open()
  for (let n = 0; n <= 20; n += 1) raw.subscribe(String(n), `subscription S${n} { plain { goals } }`)
  const { id, payload } = await raw.hears('a refusal', ({ type }) => type === 'error')
  assert.deepEqual([id, payload[0].extensions.code], ['20', 'RATE_LIMITED'])
  await until('twenty are subscribed', () => graph.listeners() === 20)
  await raw.end()
  await until('all have left', () => graph.listeners() === 0)
})

test('W5 1013 whoever does not read is sent away at 1 MiB, and others do not wait for it', async () => {
  const slow = await open()
  const other = await open()
  slow.subscribe('1', 'subscription { plain(size: 100000) { filler } }')
  other.subscribe('1', plain)
  await until('both are subscribed', () => graph.listeners() === 2)
  slow.socket.pause()
  for (let n = 0; n < 200; n += 1) graph.score()
  await until('the other has all', () => other.results('1').length === 200)
  slow.socket.resume()
  assert.equal(await slow.code(), 1013)
  await other.end()
})

test('W11 a hundred sockets that come and go leave nothing behind', async () => {
  for (let n = 0; n < 10; n += 1) {
    const raws = await Promise.all(Array.from({ length: 10 }, open))
    for (const raw of raws) raw.subscribe('1', plain)
    await until('the subgraph is subscribed', () => graph.listeners() === 1)
    for (const raw of raws) raw.socket.terminate()
    await until('the subgraph is left', () => graph.listeners() === 0)
  }
  await until('the upstream socket is closed', () => graph.sockets() === 0)
})

test('1001 a router that goes away says so, and lets nobody in meanwhile', async () => {
  const leaving = await startAnonymous(graph)
  const raws = await Promise.all(Array.from({ length: 10 }, () => openRaw(leaving.url)))
  await Promise.all(raws.map((raw) => raw.init()))
  const closed = leaving.close()
  for (const raw of raws) assert.equal(await raw.code(), 1001)
  await closed
})

test('W7 what asks too much is refused over the socket as it is over HTTP, subscriptions too', async () => {
  const raw = await open()
  const aliases = Array.from({ length: 1_000 }, (_, n) => `a${n}: goals`).join(' ')
  const texts = [`{ score { ${aliases} } }`, `subscription { plain { ${aliases} } }`]
  for (const [n, query] of texts.entries()) {
    raw.subscribe(String(n), query)
    const { payload } = await raw.hears('a refusal', ({ id, type }) => id === String(n) && type === 'error')
    const { errors } = await ask(router.url, texts[0] ?? '')
    assert.equal(errors[0]?.extensions['limit'], 'aliases')
    assert.deepEqual(
      [payload[0].message, payload[0].extensions.code],
      [errors[0]?.message, errors[0]?.extensions['code']],
    )
  }
  await raw.end()
})
