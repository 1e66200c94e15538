import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ApolloClient, gql, HttpLink, InMemoryCache } from '@apollo/client'
import { openStream } from '../../../tests/harness/http-stream.ts'
import { openLiveGraph } from '../../../tests/harness/live-graph.ts'
import { anonymousOver, startAnonymous } from '../../../tests/harness/small-router.ts'
import { until } from '../../../tests/harness/until.ts'

const { graph, router } = await anonymousOver(openLiveGraph)

const subscription = 'subscription { plain { goals scorer { name } } }'
const accept = 'multipart/mixed;boundary=graphql;subscriptionSpec=1.0,application/json'
const head = 'content-type: application/json\r\n\r\n'

const open = (query: string, { url = router.url, headers = {} }: { url?: string; headers?: object } = {}) =>
  openStream(url, {
    method: 'POST',
    headers: { accept, 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query }),
  })

/** The JSON of every part that is whole. */
const partsOf = (text: string): unknown[] =>
  text
    .split('\r\n--graphql')
    .slice(1, -1)
    .map((part) => {
      assert(part.startsWith(`\r\n${head}`), part)
      return JSON.parse(part.slice(head.length + 2))
    })

test('a subscription posted to /graphql is answered in Apollo’s multipart protocol', async () => {
  const stream = await open(subscription)
  assert.equal(stream.response.status, 200)
  const { headers } = stream.response
  assert.equal(headers.get('content-type'), 'multipart/mixed;boundary="graphql";subscriptionSpec="1.0"')
  assert.equal(headers.get('x-accel-buffering'), 'no')
  await until('the subgraph is subscribed', () => graph.listeners() === 1)
  assert.deepEqual(partsOf(stream.text), [{}])
  const { goals } = graph.score()
  await until('the goal is there', () => partsOf(stream.text).length === 2)
  const data = { plain: { goals, scorer: { name: `Player p${goals}` } } }
  assert.deepEqual(partsOf(stream.text)[1], { payload: { data } })
  stream.stop()
  await until('the subgraph is left', () => graph.listeners() === 0)
})

test('a query is one payload and the end, and so are the errors of what is refused', async () => {
  for (const [query, payload] of [
    ['{ __typename }', { data: { __typename: 'Query' } }],
    ['subscription { nothing }', { code: 'GRAPHQL_VALIDATION_FAILED' }],
    ['{', { code: 'GRAPHQL_PARSE_FAILED' }],
  ] as const) {
    const stream = await open(query)
    await until('it ends', () => stream.ended)
    assert(stream.text.endsWith('\r\n--graphql--\r\n'), stream.text)
    const [, said] = partsOf(stream.text) as [unknown, { payload: { errors?: { extensions: object }[] } }]
    assert.partialDeepStrictEqual(said.payload.errors?.[0]?.extensions ?? said.payload, payload)
  }
})

test('what is wrong before the stream begins is an HTTP status with errors', async () => {
  const { response } = await open('{ __typename }', { headers: { 'content-type': 'text/plain' } })
  assert.equal(response.status, 415)
  assert.match(response.headers.get('content-type') ?? '', /^application\/json/)
})

test('only whoever asks for the protocol is answered in it', async () => {
  for (const [asked, type] of [
    ['multipart/mixed;subscriptionSpec="1.0"', /^multipart\/mixed/],
    ['text/event-stream', /^text\/event-stream/],
    ['text/event-stream, application/json', /^application\/json/],
    ['multipart/mixed;subscriptionSpec=1.0;q=0, application/json', /^application\/json/],
    ['multipart/mixed;deferSpec=20220824, application/json', /^application\/json/],
  ] as const) {
    const { response } = await open('{ __typename }', { headers: { accept: asked } })
    assert.match(response.headers.get('content-type') ?? '', type, asked)
  }
})

test('a router that goes away says so, and that is no end of the subscription', async () => {
  const leaving = await startAnonymous(graph)
  const stream = await open(subscription, leaving)
  await until('it began', () => stream.text.includes('{}'))
  await leaving.close()
  await until('it ends', () => stream.ended)
  assert.partialDeepStrictEqual(partsOf(stream.text).at(-1), {
    payload: null,
    errors: [{ message: 'Going away', extensions: { code: 'SERVICE_UNAVAILABLE' } }],
  })
})

test('Apollo Client subscribes over its HttpLink alone', async () => {
  const client = new ApolloClient({ link: new HttpLink({ uri: router.url }), cache: new InMemoryCache() })
  const heard: unknown[] = []
  const query = gql`subscription { plain { goals scorer { name } } }`
  const following = client
    .subscribe({ query })
    .subscribe({ next: ({ data, error }) => heard.push(error ?? data) })
  await until('the subgraph is subscribed', () => graph.listeners() === 1)
  const first = graph.score()
  const second = graph.score()
  await until('both goals are there', () => heard.length === 2)
  assert.partialDeepStrictEqual(heard, [
    { plain: { goals: first.goals } },
    { plain: { goals: second.goals } },
  ])
  following.unsubscribe()
  await until('the subgraph is left', () => graph.listeners() === 0)
  client.stop()
})
