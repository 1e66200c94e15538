import assert from 'node:assert/strict'
import { afterEach, test } from 'node:test'
import { ask } from '../../tests/harness/question.ts'
import { openSmallGraph } from '../../tests/harness/small-graph.ts'
import { anonymousOver } from '../../tests/harness/small-router.ts'
import { until } from '../../tests/harness/until.ts'

const { graph, router } = await anonymousOver(openSmallGraph)
afterEach(() => graph.reset())

const knowsStars = async () => (await ask(router.url, '{ newest { stars } }')).status === 200

const count = async (name: string): Promise<number> => {
  const metrics = await (await fetch(`${router.adminUrl}/metrics`)).text()
  return Number(new RegExp(`^${name}\\{[^}]*\\} (\\d+)$`, 'm').exec(metrics)?.[1])
}

/** Asks without pause until stopped, and answers how many asked and what did not go well. */
function traffic() {
  const bad: string[] = []
  let asked = 0
  let going = true
  const run = async () => {
    while (going) {
      asked += 1
      const { text } = await ask(router.url, '{ everybody { name karma } }')
      if (text !== '{"data":{"everybody":[{"name":"Lan","karma":10},{"name":"Minh","karma":20}]}}')
        bad.push(text)
    }
  }
  const runners = Array.from({ length: 4 }, run)
  return async () => {
    going = false
    await Promise.all(runners)
    assert(asked > 4)
    assert.deepEqual(bad, [])
  }
}

test('P12 a new version is swapped in under traffic without a failed request, written or moved into place', async () => {
  const stop = traffic()
  const before = await count('supergraph_reloads_total')
  assert.equal(await knowsStars(), false)
  graph.write(graph.grown())
  await until('the grown version serves', knowsStars)
  graph.replace(graph.sdl)
  await until('the first version serves', async () => !(await knowsStars()))
  graph.replace(graph.grown())
  await until('the grown version serves', knowsStars)
  graph.write(graph.sdl)
  await until('the first version serves', async () => !(await knowsStars()))
  await stop()
  assert.equal(await count('supergraph_reloads_total'), before + 4)
})

test('P12 a broken version is counted and keeps the last good one serving, and the next good one is taken', async () => {
  const stop = traffic()
  const broken = {
    empty: '',
    'half written': graph.sdl.slice(0, graph.sdl.length / 2),
    'no GraphQL': '{ "not": "GraphQL" }',
    'no supergraph': 'type Query { a: Int }',
    'a subgraph without a URL': graph.sdl.replace(/url: "[^"]*graphql"/, 'url: ""'),
  }
  for (const [what, text] of Object.entries(broken)) {
    const before = await count('supergraph_reload_failures_total')
    graph.write(text)
    await until(
      'the failure is counted',
      async () => (await count('supergraph_reload_failures_total')) > before,
    )
    assert.equal((await ask(router.url, '{ newest { text } }')).status, 200, what)
    assert.equal((await fetch(`${router.adminUrl}/readyz`)).status, 200)
  }
  graph.write(graph.grown())
  await until('the grown version serves', knowsStars)
  await stop()
})

test('a request under way keeps the version that it began with', async () => {
  graph.write(graph.grown())
  await until('the grown version serves', knowsStars)
  const { promise: arrived, resolve: arrive } = Promise.withResolvers<void>()
  const { promise: released, resolve: release } = Promise.withResolvers<void>()
  graph.accounts.behave = async (response) => {
    arrive()
    await released
    response.end('{"data":{"everybody":[{"__typename":"Person","id":"1","name":"Lan"}]}}')
  }
  const answered = ask(router.url, '{ everybody { name reviews { stars } } }')
  await arrived
  graph.write(graph.sdl)
  await until('the first version serves', async () => !(await knowsStars()))
  graph.reviews.behave = (response) =>
    response.end('{"data":{"_entities":[{"__typename":"Person","reviews":[{"stars":5}]}]}}')
  release()
  assert.deepEqual((await answered).data, { everybody: [{ name: 'Lan', reviews: [{ stars: 5 }] }] })
})
