import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { test } from 'node:test'
import type { Service } from '@puchi/platform/lifecycle'
import { compose } from '../../dev/compose.ts'
import { type Answer, ask, type Question, send } from '../../tests/harness/question.ts'
import { openReady } from '../../tests/harness/raw-socket.ts'
import { bothOverSmallGraph, startInStack } from '../../tests/harness/small-router.ts'

const { graph, mint, router, production } = await bothOverSmallGraph()

/** How many requests took a lane so far. */
async function taken(lane: 'known' | 'server', { adminUrl }: Service = router): Promise<number> {
  const text = await (await fetch(`${adminUrl}/metrics`)).text()
  return Number(new RegExp(`graphql_lane_requests_total\\{lane="${lane}".*\\} (\\d+)`).exec(text)?.[1] ?? 0)
}

const named = { 'x-request-id': 'the-same-request' }
const seen = ({ status, text, headers }: Answer) => {
  const { date, ...rest } = Object.fromEntries(headers)
  return { status, text, rest, date: Boolean(date) }
}

const questions: Question[] = [
  { query: '{ me { name karma reviews { text } } }' },
  { query: '{ me { name mood @skip(if: true) } everybody { id karma } __typename }' },
  { query: 'query P($id: ID!) { person(id: $id) { name } }', variables: { id: '2' }, operationName: 'P' },
  { query: 'query P($id: ID!) { person(id: $id) { name } }', variables: { id: {} } },
  { query: 'query P($id: ID!) { person(id: $id) { name } }' },
  { query: 'query A { me { id } } query B { me { name } }', operationName: 'B' },
  { query: '{ me { name } secret }' },
  { query: '{ refused }' },
  { query: 'mutation { rename(name: "Hoa") { name karma } }' },
  { query: '{ __schema { queryType { name } } }' },
]

test('a client cannot tell the lanes apart: status, headers and body are the same to the letter', async () => {
  for (const service of [router, production])
    for (const question of questions) {
      const known = await taken('known', service)
      const first = await ask(service.url, question, named)
      const again = await ask(service.url, question, named)
      const took = (await taken('known', service)) - known
      assert.deepEqual(seen(again), seen(first))
      // What never was valid is never known, and mutations always go to the server.
      const query = String(question.query)
      const barred = query.startsWith('mutation') || (service === production && /__schema/.test(query))
      assert.equal(took > 0, !barred, first.text)
    }
})

/** What a question is answered over a socket, and as a stream. */
async function overOthers({ url }: Service, question: Question): Promise<string[]> {
  const raw = await openReady(url)
  raw.send({ type: 'subscribe', id: '1', payload: question })
  await raw.hears('the end', ({ id, type }) => id === '1' && type !== 'next')
  await raw.end()
  const stream = await send(`${url}/stream`, {
    method: 'POST',
    headers: { accept: 'text/event-stream', 'content-type': 'application/json' },
    body: JSON.stringify(question),
  })
  const frames = raw.heard.filter(({ id }) => id === '1').map((frame) => JSON.stringify(frame))
  return [...frames, stream.text].map((text) => text.replace(/"requestId":"[^"]*"/g, '"requestId":""'))
}

test('nor over sockets and streams, whose queries take the fast path, too', async () => {
  for (const service of [router, production])
    for (const [n, question] of questions.entries()) {
      // No text that is known already.
      const fresh = { ...question, query: `${question.query} # ${n}` }
      const server = await taken('server', service)
      const first = await overOthers(service, fresh)
      const known = await taken('known', service)
      const asked = await taken('server', service)
      assert(asked > server, 'the first time the server was asked')
      assert.deepEqual(await overOthers(service, fresh), first)
      const barred =
        fresh.query.startsWith('mutation') || (service === production && /__schema/.test(fresh.query))
      assert.deepEqual(
        [await taken('known', service), await taken('server', service)],
        barred ? [known, asked + 2] : [known + 2, asked],
        fresh.query,
      )
    }
})

test('a known operation meets every guard of the door', async () => {
  const query = '{ me { id name } }'
  for (let times = 0; times < 2; times += 1) await ask(production.url, query)
  const known = await taken('known', production)
  assert.equal((await ask(production.url, query, { authorization: 'Bearer x' })).status, 401)
  assert.equal((await ask(production.url, query, { accept: 'text/html' })).status, 406)
  assert.equal((await ask(production.url, query, { 'content-type': 'text/plain' })).status, 415)
  assert.equal((await send(`${production.url}?${new URLSearchParams({ query })}`)).status, 400)
  const padded = { query, variables: { x: 'x'.repeat(300_000) } }
  assert.equal((await ask(production.url, padded)).status, 413)
  assert.deepEqual((await ask(production.url, { query, operationName: 'X' })).codes, [
    'OPERATION_RESOLUTION_FAILURE',
  ])
  assert.deepEqual((await ask(production.url, { query, operationName: '' })).codes, [
    'OPERATION_RESOLUTION_FAILURE',
  ])
  assert.equal(await taken('known', production), known)
  const media = 'application/graphql-response+json'
  const { headers } = await ask(production.url, query, { accept: media })
  assert.equal(headers.get('content-type'), `${media}; charset=utf-8`)
  assert.equal(await taken('known', production), known + 1)
})

test('a known mutation is refused over GET', async () => {
  const query = 'mutation { rename(name: "Eve") { id } }'
  for (let times = 0; times < 2; times += 1) assert.equal((await ask(router.url, query)).status, 200)
  graph.reset()
  const parameters = new URLSearchParams({ query })
  const got = await send(`${router.url}?${parameters}`, { headers: { 'apollo-require-preflight': '1' } })
  assert.deepEqual([got.status, got.codes, got.headers.get('allow')], [405, ['METHOD_NOT_ALLOWED'], 'POST'])
  assert.equal(graph.calls().length, 0)
})

test('what a subgraph answers against its schema is null with the same words in either lane', async () => {
  const query = '{ everybody { id name mood } }'
  graph.accounts.behave = (response) =>
    response.end('{"data":{"everybody":[{"id":"1","name":7,"mood":"MERRY"},{"id":null,"name":"x"}]}}')
  for (const { url } of [router, production]) {
    const first = await ask(url, query, named)
    assert.deepEqual(seen(await ask(url, query, named)), seen(first))
  }
})

test('a subgraph that is away costs a known operation its own fields only', async () => {
  const query = '{ me { name karma } newest { text } }'
  const whole = await ask(router.url, query)
  assert.equal((await ask(router.url, query)).text, whole.text)
  graph.reviews.behave = (response) => response.socket?.destroy()
  const { status, data, codes } = await ask(router.url, query)
  assert.deepEqual([status, data], [200, { me: { name: 'Lan', karma: null }, newest: null }])
  assert.deepEqual(new Set(codes), new Set(['SUBGRAPH_UNAVAILABLE']))
})

test('a field behind a guard is refused to whom it is not meant for, also where its operation is known', async () => {
  const link = (sdl: string) => sdl.replace('"@key"', '"@key", "@authenticated"')
  const parts = [
    graph.accounts,
    { ...graph.reviews, sdl: link(graph.reviews.sdl).replace('Int', 'Int @authenticated') },
  ]
  const file = `${graph.file}.guarded`
  writeFileSync(file, compose(parts))
  const guarded = await startInStack({ ...graph, file }, mint)
  const query = '{ me { name karma } }'
  const lan = { authorization: `Bearer ${await mint.token()}` }
  for (let times = 0; times < 3; times += 1) {
    assert.deepEqual((await ask(guarded.url, query, lan)).data, { me: { name: 'Lan', karma: 10 } })
    const refused = await ask(guarded.url, query)
    assert.deepEqual(
      [refused.data, refused.codes],
      [{ me: { name: 'Lan', karma: null } }, ['UNAUTHENTICATED']],
    )
  }
  assert.equal(await taken('known', guarded), 2)
  assert.equal(graph.reviews.calls.length, 3)
  await guarded.close()
})
