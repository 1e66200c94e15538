import assert from 'node:assert/strict'
import { after, afterEach, before, beforeEach, test } from 'node:test'
import type { Service } from '@puchi/platform/lifecycle'
import { ask } from '../../../tests/harness/question.ts'
import { openSmallGraph, type SmallGraph } from '../../../tests/harness/small-graph.ts'
import { startAnonymous } from '../../../tests/harness/small-router.ts'
import { until } from '../../../tests/harness/until.ts'

let graph: SmallGraph
let router: Service
before(async () => {
  graph = await openSmallGraph()
})
after(() => graph.close())
beforeEach(async () => {
  graph.reset()
  router = await startAnonymous(graph, { SUBGRAPH_TIMEOUT_MS: '1000' })
})
afterEach(() => router.close())

const both = '{ me { name karma } }'
const half = { me: { name: 'Lan', karma: null } }
const metrics = async () => (await fetch(`${router.adminUrl}/metrics`)).text()

test('P1 P2 after twenty failures a subgraph is left alone and costs no time, and heals when it is back', async () => {
  graph.reviews.behave = () => {}
  // Each shows a credential of his own: what is asked alike would be fetched once.
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, at) => ask(router.url, both, { authorization: `Bearer ${at}` })),
  )
  for (const { status, data, codes } of answers)
    assert.deepEqual([status, data, codes], [200, half, ['SUBGRAPH_TIMEOUT']])
  assert.match(await metrics(), /subgraph_breaker_open\{subgraph="reviews"[^}]*\} 1/)
  const calls = graph.reviews.calls.length
  const times: number[] = []
  for (let at = 0; at < 5; at++) {
    const began = performance.now()
    const { status, data, codes } = await ask(router.url, both)
    times.push(performance.now() - began)
    assert.deepEqual([status, data, codes], [200, half, ['SUBGRAPH_UNAVAILABLE']])
  }
  assert(Math.min(...times) < 50, `${times}`)
  assert.equal(graph.reviews.calls.length, calls)
  graph.reset()
  await until('the trial succeeds', async () => (await ask(router.url, both)).codes.length === 0, 7_000)
  assert.match(await metrics(), /subgraph_breaker_open\{subgraph="reviews"[^}]*\} 0/)
})

test('P4 queries are repeated when the connection breaks, in at most a tenth of the calls; mutations never', async () => {
  let at = 0
  const alternately = () => {
    graph.accounts.behave = (response) => {
      if (++at % 3 === 0) return response.destroy()
      response.end('{"data":{"me":{"name":"Lan"},"rename":{"id":"1"}}}')
    }
  }
  alternately()
  const failed = async (query: string, times: number) => {
    let failures = 0
    for (let sent = 0; sent < times; sent++) failures += (await ask(router.url, query)).codes.length
    return failures
  }
  const failures = await failed('{ me { name } }', 100)
  const extra = graph.accounts.calls.length - 100
  assert(extra > 5 && extra <= 10, `${extra} calls more`)
  assert(failures < 34)
  at = 0
  graph.accounts.calls.length = 0
  assert.equal(await failed('mutation { rename(name: "x") { id } }', 30), 10)
  assert.equal(graph.accounts.calls.length, 30)
})

test('a whole answer that takes too long is 504 ROUTER_TIMEOUT, however it is asked for', async () => {
  const settings = { SUBGRAPH_TIMEOUT_MS: '20000', ROUTER_TIMEOUT_MS: '1500' }
  const hasty = await startAnonymous(graph, settings)
  graph.reviews.behave = () => {}
  try {
    for (const query of [both, both, 'mutation { rename(name: "x") { karma } }']) {
      const began = performance.now()
      const { status, text, codes } = await ask(hasty.url, query)
      assert.deepEqual([status, codes], [504, ['ROUTER_TIMEOUT']], text)
      assert.match(text, /"requestId":"/)
      const took = performance.now() - began
      assert(took > 1_400 && took < 5_000, `${took} ms`)
    }
    assert.deepEqual((await ask(hasty.url, '{ me { name } }')).data, { me: { name: 'Lan' } })
  } finally {
    await hasty.close()
  }
})
