import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { afterEach, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { createTelemetry } from '@puchi/platform/telemetry'
import { quiet } from '../../../tests/harness/broker.ts'
import { ask } from '../../../tests/harness/question.ts'
import { openSmallGraph } from '../../../tests/harness/small-graph.ts'
import { anonymousOver } from '../../../tests/harness/small-router.ts'
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

/** Holds every answer of a subgraph back until it is told to let them go. */
function holdBack(said = answer) {
  const held = new Set<ServerResponse>()
  let open = false
  graph.reviews.behave = (response) => {
    held.add(response)
    if (open) response.end(said)
  }
  return {
    held,
    async heard(count: number) {
      while (held.size < count) await pause(5)
    },
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
  const { held, heard, release } = holdBack()
  const asked = many(50, lan)
  await heard(1)
  await pause(100)
  release()
  for (const { text } of await Promise.all(asked)) assert.equal(text, answer)
  assert(held.size < 25, `${held.size} fetches`)
  const metrics = await (await fetch(`${router.adminUrl}/metrics`)).text()
  const shared = /subgraph_fetches_shared_total\{[^}]*subgraph="reviews"[^}]*\} (\d+)/.exec(metrics)?.[1]
  assert.equal(Number(shared), 50 - held.size)
})

test('two viewers never share an answer', async () => {
  const { heard, release } = holdBack()
  graph.reviews.calls.length = 0
  const asked = [lan, { authorization: 'Bearer minh' }, {}].map((headers) => ask(router.url, query, headers))
  await heard(3)
  release()
  await Promise.all(asked)
  const authorizations = graph.reviews.calls.map(({ headers }) => headers.authorization).sort()
  assert.deepEqual(authorizations, ['Bearer lan', 'Bearer minh', undefined])
})

test('mutations are sent one by one, and whoever asks after one is not told what was read before', async () => {
  const { heard, release } = holdBack()
  const [before] = many(1, lan)
  await heard(1)
  const calls = graph.accounts.calls.length
  const rename = 'mutation { rename(name: "Hoa") { id } }'
  await Promise.all([ask(router.url, rename, lan), ask(router.url, rename, lan)])
  assert.equal(graph.accounts.calls.length - calls, 2)
  const [after] = many(1, lan)
  await heard(2)
  release()
  await Promise.all([before, after])
})

test('a client that leaves takes the answer from nobody else', async () => {
  const { held, heard, release } = holdBack()
  const leaving = new AbortController()
  const headers = { 'content-type': 'application/json', ...lan }
  const init = { method: 'POST', headers, body: JSON.stringify({ query }), signal: leaving.signal }
  const left = fetch(router.url, init).catch((error: Error) => error.name)
  await heard(1)
  const asked = many(5, lan)
  await pause(100)
  leaving.abort()
  assert.equal(await left, 'AbortError')
  await pause(50)
  for (const response of held) assert.equal(response.destroyed, false)
  release()
  for (const { text } of await Promise.all(asked)) assert.equal(text, answer)
})

test('a failure is told to everyone who waited for it, and not to who asks next', async () => {
  const { heard, release } = holdBack('no JSON')
  const asked = many(5, lan)
  await heard(1)
  await pause(50)
  release()
  for (const { codes } of await Promise.all(asked)) assert.deepEqual(codes, ['SUBGRAPH_UNAVAILABLE'])
  graph.reset()
  assert.deepEqual((await ask(router.url, query, lan)).codes, [])
})

test('whoever shares a fetch is told of his own deadline, not of the first one’s', async () => {
  holdBack()
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
