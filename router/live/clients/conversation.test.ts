import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { openLiveGraph } from '../../../tests/harness/live-graph.ts'
import { type Frame, openRaw, openReady } from '../../../tests/harness/raw-socket.ts'
import { anonymousOver } from '../../../tests/harness/small-router.ts'
import { until } from '../../../tests/harness/until.ts'

const { graph, router } = await anonymousOver(openLiveGraph)

const plain = 'subscription { plain { goals } }'
const open = () => openReady(router.url)
const completes =
  (wanted: string) =>
  ({ id, type }: Frame) =>
    id === wanted && type === 'complete'

test('4409 an id of any letters and length is told of in a reason that a close frame holds', async () => {
  for (const id of ['日'.repeat(1_000), '👩‍👩‍👧'.repeat(500), '\ud800'.repeat(200), '"'.repeat(100)]) {
    const raw = await open()
    raw.subscribe(id, plain)
    raw.subscribe(id, plain)
    assert.equal(await raw.code(), 4409)
    assert.match(raw.closed()?.reason ?? '', /^Subscriber for .* already exists$/)
  }
  await until('the subgraph is left', () => graph.listeners() === 0)
})

test('an id comes back as it was sent, of whatever letters and length', async () => {
  const raw = await open()
  for (const id of [
    ' ',
    '0',
    '__proto__',
    'null',
    '"}\n\\',
    '\u0000',
    '\u2028',
    '👩‍👩‍👧',
    'x'.repeat(10_000),
  ]) {
    raw.subscribe(id, '{ __typename }')
    await raw.hears('its end', completes(id))
    assert.deepEqual(raw.results(id), [{ data: { __typename: 'Query' } }])
  }
  await raw.end()
})

test('what the protocol does not name is passed over, and null is as good as nothing', async () => {
  for (const payload of [undefined, null, {}, { authorization: null, lang: 'vi' }]) {
    const raw = await openRaw(router.url)
    raw.send({ type: 'connection_init', payload, id: 7, more: [] })
    await raw.hears('the acknowledgement', ({ type }) => type === 'connection_ack')
    raw.send({ type: 'ping', payload: null, id: 'x' })
    assert.deepEqual(await raw.hears('a pong', ({ type }) => type === 'pong'), { type: 'pong' })
    raw.send({ type: 'pong', payload: { a: 1 }, more: 1 })
    const query = 'query Q($a: Boolean = true) { __typename @include(if: $a) }'
    const parts = [
      {},
      { variables: null, operationName: null, extensions: null },
      { variables: {}, operationName: 'Q', extensions: { a: { b: 1 } }, more: 1 },
    ]
    for (const [n, part] of parts.entries()) {
      raw.send({ type: 'subscribe', id: `${n}`, payload: { query, ...part }, more: {} })
      await raw.hears('its end', completes(`${n}`))
      assert.deepEqual(raw.results(`${n}`), [{ data: { __typename: 'Query' } }])
    }
    await raw.end()
  }
  for (const payload of [[], 'x', 1, true]) {
    const raw = await openRaw(router.url)
    raw.send({ type: 'connection_init', payload })
    assert.equal(await raw.code(), 4400, JSON.stringify(payload))
  }
})

test('whoever does not wait for the acknowledgement is sent away: 4401 for an operation, 4429 for another start', async () => {
  const hasty = await openRaw(router.url)
  hasty.send({ type: 'connection_init' })
  hasty.subscribe('1', plain)
  assert.equal(await hasty.code(), 4401)
  const twice = await openRaw(router.url)
  twice.send({ type: 'connection_init' })
  twice.send({ type: 'connection_init' })
  assert.equal(await twice.code(), 4429)
  assert.equal(graph.listeners(), 0)
})

test('a mutation over the socket runs once, and is answered once and completed', async () => {
  const raw = await open()
  raw.subscribe('1', plain)
  await until('the subgraph is subscribed', () => graph.listeners() === 1)
  raw.subscribe('2', 'mutation M { goal { goals scorer { name } } }')
  await raw.hears('its end', completes('2'))
  const [{ data }] = raw.results('2')
  assert.deepEqual(data.goal.scorer, { name: `Player p${data.goal.goals}` })
  await raw.hears('the goal', ({ id, type }) => id === '1' && type === 'next')
  assert.deepEqual(raw.results('1'), [{ data: { plain: { goals: data.goal.goals } } }])
  assert.equal(raw.results('2').length, 1)
  await raw.end()
})

test('whoever completes before the first event hears no more of it, and its id is free', async () => {
  const raw = await open()
  raw.subscribe('1', plain)
  raw.send({ type: 'complete', id: '1' })
  raw.subscribe('1', '{ __typename }')
  await raw.hears('its end', completes('1'))
  graph.score()
  raw.subscribe('2', '{ __typename }')
  await raw.hears('its end', completes('2'))
  assert.deepEqual(raw.results('1'), [{ data: { __typename: 'Query' } }])
  assert.equal(raw.heard.filter(completes('1')).length, 1)
  await until('the subgraph is left', () => graph.listeners() === 0)
  await raw.end()
})

test('a ping of the wire is answered with its payload, before the first message and after', async () => {
  const raw = await openRaw(router.url)
  for (const payload of ['', 'there?', 'x'.repeat(125)]) {
    raw.socket.ping(payload)
    const [data] = await once(raw.socket, 'pong')
    assert.equal(String(data), payload)
    if (payload === '') await raw.init()
  }
  await raw.end()
})
