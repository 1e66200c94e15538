import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ask } from '../../tests/harness/question.ts'
import { openSmallGraph } from '../../tests/harness/small-graph.ts'
import { stackOver } from '../../tests/harness/small-router.ts'

const { graph, router } = await stackOver(openSmallGraph)

test('G20 the hundred and first mutation of a minute is 429, aliases and fragments counted', async () => {
  const five =
    'a: rename(name: "x") { id } b: rename(name: "x") { id } ... on Mutation { c: rename(name: "x") { id } }'
  const query = `mutation { ${five} ...F } fragment F on Mutation { d: rename(name: "x") { id } e: rename(name: "x") { id } }`
  for (let at = 0; at < 20; at++) assert.equal((await ask(router.url, query)).status, 200)
  const calls = graph.calls().length
  const { status, codes, errors, headers } = await ask(router.url, 'mutation { rename(name: "x") { id } }')
  assert.deepEqual([status, codes], [429, ['RATE_LIMITED']])
  const wait = Number(headers.get('retry-after'))
  assert(wait > 0 && wait <= 60)
  assert.equal(errors[0]?.extensions['retryAfter'], wait)
  assert.equal(graph.calls().length, calls)
  assert.equal((await ask(router.url, '{ me { name } }')).status, 200)
  const metrics = await (await fetch(`${router.adminUrl}/metrics`)).text()
  assert.match(metrics, /router_limit_refusals_total\{limit="mutations"[^}]*\} 1/)
})
