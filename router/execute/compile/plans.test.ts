import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ask } from '../../../tests/harness/question.ts'
import { openSmallGraph } from '../../../tests/harness/small-graph.ts'
import { anonymousOver } from '../../../tests/harness/small-router.ts'

const { router } = await anonymousOver(openSmallGraph)

test('an operation is planned once, and the metrics tell misses, hits, size and time', async () => {
  const query = '{ me { name karma } }'
  for (let times = 0; times < 3; times += 1) assert.equal((await ask(router.url, query)).codes.length, 0)
  const metrics = await (await fetch(`${router.adminUrl}/metrics`)).text()
  const value = (name: string, label = '') =>
    Number(new RegExp(`^${name}\\{[^}]*${label}[^}]*\\} (\\d+)`, 'm').exec(metrics)?.[1])
  assert.equal(value('query_plan_cache_requests_total', 'outcome="miss"'), 1)
  assert.equal(value('query_plan_cache_requests_total', 'outcome="hit"'), 2)
  assert.equal(value('query_plan_cache_size'), 1)
  assert.equal(value('query_plan_duration_seconds_count'), 1)
})
