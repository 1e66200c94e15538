import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { ask } from '../../tests/harness/question.ts'
import { openSmallGraph } from '../../tests/harness/small-graph.ts'
import { anonymousOver } from '../../tests/harness/small-router.ts'
import { until } from '../../tests/harness/until.ts'

const { graph, router } = await anonymousOver(openSmallGraph, {
  ROUTER_MAX_IN_FLIGHT: '5',
  ROUTER_MAX_LAG_MS: '500',
})
beforeEach(() => graph.reset())

const query = '{ me { name } }'
const readiness = async () => (await fetch(`${router.adminUrl}/readyz`)).status

test('P10 while the event loop lags requests are shed with 503, and soon it is ready again', async () => {
  await until('it is calm', async () => (await readiness()) === 200)
  const asked = ask(router.url, query)
  const ends = performance.now() + 2_000
  while (performance.now() < ends);
  const { status, codes, headers } = await asked
  assert.deepEqual([status, codes, headers.get('retry-after')], [503, ['OVERLOADED'], '1'])
  assert.equal(await readiness(), 503)
  assert((await until('it is ready again', async () => (await readiness()) === 200)) < 5_000)
  assert.equal((await ask(router.url, query)).status, 200)
})

test('P11 what comes while enough is under way is shed at once, the rest is answered', async () => {
  await until('it is calm', async () => (await readiness()) === 200)
  const held: (() => void)[] = []
  graph.accounts.behave = (response) => void held.push(() => response.end('{"data":{"me":{"name":"Lan"}}}'))
  const first = Array.from({ length: 5 }, () => ask(router.url, query))
  await until('five are under way', () => held.length === 5)
  const more = await Promise.all(Array.from({ length: 50 }, () => ask(router.url, query)))
  for (const { status, codes, headers } of more)
    assert.deepEqual([status, codes, headers.get('retry-after')], [503, ['OVERLOADED'], '1'])
  assert.equal(held.length, 5)
  for (const answer of held) answer()
  for (const { status } of await Promise.all(first)) assert.equal(status, 200)
  graph.reset()
  assert.equal((await ask(router.url, query)).status, 200)
  const metrics = await (await fetch(`${router.adminUrl}/metrics`)).text()
  assert.match(metrics, /router_requests_shed_total\{reason="in-flight"[^}]*\} 50/)
})
