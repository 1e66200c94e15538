import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { afterEach, test } from 'node:test'
import { createTelemetry } from '@puchi/platform/telemetry'
import { quiet } from '../../../tests/harness/broker.ts'
import { ask } from '../../../tests/harness/question.ts'
import { openSmallGraph } from '../../../tests/harness/small-graph.ts'
import { anonymousOver } from '../../../tests/harness/small-router.ts'
import { until } from '../../../tests/harness/until.ts'
import { forwardedIdentity } from '../../guard/identity/forwarded.ts'
import { createBreakers } from './breakers.ts'
import { createFetches } from './fetches.ts'
import { type Answered, createInFlight } from './in-flight.ts'
import { createPools } from './pools.ts'
import { subgraphFetch } from './subgraph-fetch.ts'

const { graph, router } = await anonymousOver(openSmallGraph)
afterEach(() => graph.reset())

const query = '{ newest { text } }'
const lan = { authorization: 'Bearer lan' }

const answer = '{"data":{"newest":[{"text":"Ngon!"}]}}'

/** How many queries were given what another one was sent for. */
async function sharedSoFar(): Promise<number> {
  const metrics = await (await fetch(`${router.adminUrl}/metrics`)).text()
  return Number(/^subgraph_fetches_shared_total\{[^}]*"reviews"[^}]*\} (\d+)/m.exec(metrics)?.[1] ?? 0)
}

/** Holds every answer of a subgraph back until it is told to let them go. */
async function holdBack(said = answer) {
  const held = new Set<ServerResponse>()
  const before = await sharedSoFar()
  const shared = async () => (await sharedSoFar()) - before
  let open = false
  graph.reviews.behave = (response) => {
    held.add(response)
    if (open) response.end(said)
  }
  return {
    held,
    shared,
    /** Waits until so many queries were sent, or wait for what another one was sent for. */
    underway: (count: number) => until(`${count} queries`, async () => held.size + (await shared()) >= count),
    release() {
      open = true
      for (const response of held) response.end(said)
    },
  }
}

const many = (count: number, headers: Record<string, string>) =>
  Array.from({ length: count }, () => ask(router.url, query, headers))

/** What a fetch takes that is held back until it is let go, and how often it was begun. */
function fetchHeld() {
  const { promise, resolve, reject } = Promise.withResolvers<Answered>()
  let begun = 0
  const fetch = () => {
    begun += 1
    return promise
  }
  return { fetch, resolve, reject, begun: () => begun }
}

test('who waits for one answer gets objects of its own, and none if it would wait much longer or shorter', async () => {
  const inFlight = createInFlight()
  const held = fetchHeld()
  let shared = 0
  const onShared = () => {
    shared += 1
  }
  const asking = (until: number) => ({ until, fetch: held.fetch, onShared })
  const asked = Array.from({ length: 50 }, (_, at) => inFlight.share('caller', 'asked', asking(5_000 + at)))
  assert.deepEqual([held.begun(), shared], [1, 49])
  asked.push(
    inFlight.share('caller', 'asked', asking(6_000)),
    inFlight.share('caller', 'another', asking(5_000)),
  )
  assert.equal(held.begun(), 3)
  held.resolve({ answer: JSON.parse(answer), text: answer })
  const answers = await Promise.all(asked.slice(0, 50))
  assert.equal(new Set(answers).size, 50)
  for (const one of answers) assert.deepEqual(one, JSON.parse(answer))
  void inFlight.share('caller', 'asked', asking(5_000))
  assert.equal(held.begun(), 4)
})

test('fifty identical queries at once cost a subgraph few fetches, and the metric tells', async () => {
  const { held, shared, underway, release } = await holdBack()
  const asked = many(50, lan)
  await underway(50)
  release()
  for (const { text } of await Promise.all(asked)) assert.equal(text, answer)
  assert(held.size < 25, `${held.size} fetches`)
  assert.equal(await shared(), 50 - held.size)
})

test('two viewers never share an answer', async () => {
  const { underway, release } = await holdBack()
  graph.reviews.calls.length = 0
  const asked = [lan, { authorization: 'Bearer minh' }, {}].map((headers) => ask(router.url, query, headers))
  await underway(3)
  release()
  await Promise.all(asked)
  const authorizations = graph.reviews.calls.map(({ headers }) => headers.authorization).sort()
  assert.deepEqual(authorizations, ['Bearer lan', 'Bearer minh', undefined])
})

test('mutations are sent one by one, and whoever asks after one is not told what was read before', async () => {
  const { held, underway, release } = await holdBack()
  const [before] = many(1, lan)
  await underway(1)
  const calls = graph.accounts.calls.length
  const rename = 'mutation { rename(name: "Hoa") { id } }'
  await Promise.all([ask(router.url, rename, lan), ask(router.url, rename, lan)])
  assert.equal(graph.accounts.calls.length - calls, 2)
  const [after] = many(1, lan)
  await underway(2)
  assert.equal(held.size, 2)
  release()
  await Promise.all([before, after])
})

test('a client that leaves takes the answer from nobody else', async () => {
  const { held, underway, release } = await holdBack()
  const leaving = new AbortController()
  const headers = { 'content-type': 'application/json', ...lan }
  const init = { method: 'POST', headers, body: JSON.stringify({ query }), signal: leaving.signal }
  const left = fetch(router.url, init).catch((error: Error) => error.name)
  await underway(1)
  const asked = many(5, lan)
  await underway(6)
  leaving.abort()
  assert.equal(await left, 'AbortError')
  // Whoever is answered after that was asked when the router knew.
  await ask(router.url, '{ me { name } }', lan)
  for (const response of held) assert.equal(response.destroyed, false)
  release()
  for (const { text } of await Promise.all(asked)) assert.equal(text, answer)
})

test('a failure is told to everyone who waited for it, and not to who asks next', async () => {
  const { underway, release } = await holdBack('no JSON')
  const asked = many(5, lan)
  await underway(5)
  release()
  for (const { codes } of await Promise.all(asked)) assert.deepEqual(codes, ['SUBGRAPH_UNAVAILABLE'])
  graph.reset()
  assert.deepEqual((await ask(router.url, query, lan)).codes, [])
})

test('whoever shares a fetch is told of his own deadline, not of the first one’s', async () => {
  await holdBack()
  const telemetry = createTelemetry('test')
  const [pools, breakers, fetches] = [createPools(), createBreakers(telemetry), createFetches(telemetry)]
  const fetch = subgraphFetch([{ name: 'reviews', url: graph.reviews.url }], {
    ...{ pools, breakers, fetches, identity: forwardedIdentity(), locate: () => undefined, patience: 300 },
    log: quiet,
  })
  const request = { subgraph: 'reviews', kind: 'query' as const, body: JSON.stringify({ query }) }
  const asked = [performance.now() + 200, performance.now() + 5_000].map((deadline) =>
    fetch(request, { viewer: null, requestId: 'same', deadline }),
  )
  const codes = (await Promise.allSettled(asked)).map((one) =>
    one.status === 'rejected' ? one.reason.extensions.code : 'answered',
  )
  assert.deepEqual(codes, ['ROUTER_TIMEOUT', 'SUBGRAPH_TIMEOUT'])
  await pools.close()
})
