import assert from 'node:assert/strict'
import { afterEach, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { ask } from '../../tests/harness/question.ts'
import { openSmallGraph } from '../../tests/harness/small-graph.ts'
import { anonymousOver } from '../../tests/harness/small-router.ts'

const { graph, router } = await anonymousOver(openSmallGraph)
afterEach(() => graph.reset())

const query = '{ newest { text } }'
const lan = { authorization: 'Bearer lan' }

/** Holds every answer of a subgraph back until it is told to let them go. */
function holdBack(answer = '{"data":{"newest":[{"text":"Ngon!"}]}}') {
  const held: (() => void)[] = []
  graph.reviews.behave = (response) => void held.push(() => response.end(answer))
  const heard = async (count: number) => {
    while (held.length < count) await pause(5)
    await pause(50)
    assert.equal(held.length, count)
  }
  return {
    heard,
    release: () => {
      for (const go of held.splice(0)) go()
    },
  }
}

const many = (count: number, headers: Record<string, string>) =>
  Array.from({ length: count }, () => ask(router.url, query, headers))

test('fifty identical queries at once cost a subgraph one fetch, and the metric tells', async () => {
  await ask(router.url, query, lan)
  const { heard, release } = holdBack()
  const asked = many(50, lan)
  await heard(1)
  release()
  for (const { text } of await Promise.all(asked))
    assert.equal(text, '{"data":{"newest":[{"text":"Ngon!"}]}}')
  const metrics = await (await fetch(`${router.adminUrl}/metrics`)).text()
  assert.match(metrics, /subgraph_fetches_shared_total\{[^}]*subgraph="reviews"[^}]*\} 49\n/)
})

test('two viewers never share an answer', async () => {
  const { heard, release } = holdBack()
  const asked = [...many(3, lan), ...many(3, { authorization: 'Bearer minh' }), ...many(3, {})]
  await heard(3)
  release()
  await Promise.all(asked)
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
  const { heard, release } = holdBack()
  const leaving = new AbortController()
  const init = {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...lan },
    body: JSON.stringify({ query }),
  }
  const left = fetch(router.url, { ...init, signal: leaving.signal }).catch((error: Error) => error.name)
  await heard(1)
  const asked = many(5, lan)
  await heard(1)
  leaving.abort()
  assert.equal(await left, 'AbortError')
  release()
  for (const { text } of await Promise.all(asked))
    assert.equal(text, '{"data":{"newest":[{"text":"Ngon!"}]}}')
})

test('a failure is told to everyone who waited for it, and not to who asks next', async () => {
  const { heard, release } = holdBack('no JSON')
  const asked = many(5, lan)
  await heard(1)
  release()
  for (const { codes } of await Promise.all(asked)) assert.deepEqual(codes, ['SUBGRAPH_UNAVAILABLE'])
  graph.reset()
  assert.deepEqual((await ask(router.url, query, lan)).codes, [])
})
