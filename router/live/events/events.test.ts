import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { openLiveGraph } from '../../../tests/harness/live-graph.ts'
import { openReady, type RawSocket } from '../../../tests/harness/raw-socket.ts'
import { anonymousOver } from '../../../tests/harness/small-router.ts'
import { until } from '../../../tests/harness/until.ts'

const { graph, router } = await anonymousOver(openLiveGraph)
beforeEach(() => {
  graph.players.behave = null
  graph.players.calls.length = 0
})

const plain = 'subscription { plain { goals scorer { name } } }'
const scored = 'subscription S($after: Int) { scored(after: $after) { version goals } }'

async function subscribed(query: string, variables?: object) {
  const raw = await openReady(router.url)
  const listening = graph.listeners()
  raw.subscribe('1', query, variables)
  await until('the subgraph is subscribed', () => graph.listeners() > listening)
  return raw
}

test('an event is completed with fields of another subgraph', async () => {
  const raw = await subscribed(plain)
  const { version } = graph.score()
  await raw.hears('an event', ({ type }) => type === 'next')
  assert.deepEqual(raw.results('1'), [
    { data: { plain: { goals: version, scorer: { name: `Player p${version}` } } } },
  ])
  raw.send({ type: 'complete', id: '1' })
  await until('the subgraph is left', () => graph.listeners() === 0)
  await raw.end()
})

test('an event whose entities cannot be fetched arrives with that part null', async () => {
  const raw = await subscribed(plain)
  graph.players.behave = (response) => response.writeHead(500).end()
  const { version } = graph.score()
  const { payload } = await raw.hears('an event', ({ type }) => type === 'next')
  assert.deepEqual(payload.data, { plain: { goals: version, scorer: { name: null } } })
  assert.equal(payload.errors[0].extensions.code, 'SUBGRAPH_UNAVAILABLE')
  await raw.end()
})

test('errors are masked as they are over HTTP', async () => {
  const raw = await openReady(router.url)
  raw.subscribe('1', 'subscription { refused { goals } }')
  const { payload } = await raw.hears('an error', ({ type }) => type === 'next')
  assert.equal(payload.errors[0].message, 'Internal server error')
  assert.doesNotMatch(JSON.stringify(payload), /SELECT/)
  await raw.end()
})

test('a field that its viewer may not have is null in every event; a root field is refused at once', async () => {
  const raw = await subscribed('subscription { plain { goals secret } }')
  const { version } = graph.score()
  const { payload } = await raw.hears('an event', ({ type }) => type === 'next')
  assert.deepEqual(payload.data, { plain: { goals: version, secret: null } })
  assert.equal(payload.errors[0].extensions.code, 'UNAUTHENTICATED')
  raw.subscribe('2', 'subscription { mine { goals } }')
  const refused = await raw.hears('an error', ({ type, id }) => type === 'error' && id === '2')
  assert.equal(refused.payload[0].extensions.code, 'UNAUTHENTICATED')
  await raw.end()
})

test('identical subscriptions execute once; who comes late begins with the newest frame', async () => {
  const first = await subscribed(scored)
  await first.hears('a snapshot', ({ type }) => type === 'next')
  const late = await openReady(router.url)
  late.subscribe('other', scored)
  await late.hears('a snapshot', ({ type }) => type === 'next')
  assert.equal(graph.listeners(), 1)
  const { version } = graph.score()
  for (const [raw, id] of [
    [first, '1'],
    [late, 'other'],
  ] as const) {
    await raw.hears('the goal', ({ payload }) => payload?.data?.scored.version === version)
    assert.equal(raw.results(id).length, 2)
  }
  await first.end()
  await late.end()
  await until('the subgraph is left', () => graph.listeners() === 0)
})

test('who resumes gets what it missed, also beside others who asked the same before', async () => {
  const from = graph.score().version
  graph.score()
  graph.score()
  const missed = [from + 1, from + 2]
  const versions = (raw: RawSocket) => raw.results('1').map(({ data }) => data.scored.version)
  const first = await subscribed(scored, { after: from })
  await until('what was missed is there', () => versions(first).length === 2)
  const other = await subscribed(scored, { after: from })
  await until('what was missed is there again', () => versions(other).length === 2)
  assert.deepEqual(versions(first), missed)
  assert.deepEqual(versions(other), missed)
  await first.end()
  await other.end()
})

test('W10 a subgraph that loses its sockets is asked again from the last event on; clients see no gap', async () => {
  const raw = await subscribed(scored)
  await raw.hears('a snapshot', ({ type }) => type === 'next')
  const start = graph.score().version
  await raw.hears('a goal', ({ payload }) => payload?.data?.scored.version === start)
  graph.cut()
  await until('the subgraph is left', () => graph.listeners() === 0)
  graph.score()
  graph.score()
  await raw.hears('the last', ({ payload }) => payload?.data?.scored.version === start + 2)
  const versions = raw.results('1').map(({ data }) => data.scored.version)
  assert.deepEqual(versions.slice(1), [start, start + 1, start + 2])
  assert.match(graph.subscribes.at(-1)?.payload.query ?? '', new RegExp(`after: ?${start}`))
  await raw.end()
})

test('a new version of the supergraph takes running subscriptions over, without a gap', async () => {
  const raw = await subscribed(scored)
  await raw.hears('a snapshot', ({ type }) => type === 'next')
  const { version } = graph.score()
  await raw.hears('a goal', ({ payload }) => payload?.data?.scored.version === version)
  const asked = graph.subscribes.length
  graph.grow()
  await until('the subscription is moved', () => graph.subscribes.length > asked)
  graph.score()
  await raw.hears('the next', ({ payload }) => payload?.data?.scored.version === version + 1)
  assert.deepEqual(
    raw
      .results('1')
      .slice(1)
      .map(({ data }) => data.scored.version),
    [version, version + 1],
  )
  assert.equal(raw.closed(), undefined)
  await raw.end()
})

test('the entity fetches of events that come at once are one request, and each event has its own part', async () => {
  const raw = await openReady(router.url)
  const sized = 'subscription P($size: Int) { plain(size: $size) { filler scorer { name } } }'
  for (let size = 1; size <= 10; size += 1) raw.subscribe(String(size), sized, { size })
  await until('all are subscribed', () => graph.listeners() === 10)
  const { version } = graph.score()
  await until('all have the goal', () => raw.heard.filter(({ type }) => type === 'next').length === 10)
  for (let size = 1; size <= 10; size += 1)
    assert.deepEqual(raw.results(String(size)), [
      { data: { plain: { filler: 'x'.repeat(size), scorer: { name: `Player p${version}` } } } },
    ])
  const requests = graph.players.calls.length
  assert(requests < 5, `${requests} requests for ten events`)
  graph.players.behave = (response) => response.writeHead(500).end()
  graph.score()
  await until('all have the next', () => raw.heard.filter(({ type }) => type === 'next').length === 20)
  for (let size = 1; size <= 10; size += 1) {
    const { data, errors } = raw.results(String(size))[1]
    assert.equal(data.plain.scorer.name, null)
    assert.equal(errors[0].extensions.code, 'SUBGRAPH_UNAVAILABLE')
    assert.deepEqual(errors[0].path, ['plain', 'scorer', 'name'])
  }
  await raw.end()
})
