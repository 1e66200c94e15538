import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { test } from 'node:test'
import { openLiveGraph } from '../../../tests/harness/live-graph.ts'
import { anonymousOver } from '../../../tests/harness/small-router.ts'
import { until } from '../../../tests/harness/until.ts'

const { graph, router } = await anonymousOver(openLiveGraph)
const path = '/graphql/stream'

type Sending = {
  method?: string
  search?: Record<string, string>
  headers?: Record<string, string>
  body?: object | string
  version?: string
}

/** One request on a connection of its own, and every byte that came back. */
async function ask({ method = 'POST', search = {}, headers = {}, body, version = '1.1' }: Sending) {
  const { port, host } = new URL(router.url)
  const wire = connect(Number(port), '127.0.0.1')
  const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body)
  const all = {
    host,
    accept: 'text/event-stream',
    ...(text !== undefined && { 'content-type': 'application/json', 'content-length': `${text.length}` }),
    ...headers,
  }
  const lines = Object.entries(all).flatMap(([name, value]) => (value === '' ? [] : [`${name}: ${value}`]))
  const target = `${path}${Object.keys(search).length > 0 ? `?${new URLSearchParams(search)}` : ''}`
  wire.write([`${method} ${target} HTTP/${version}`, ...lines, '', text ?? ''].join('\r\n'))
  const heard = { wire, text: '', ended: false, status: () => Number(heard.text.split(' ')[1]) }
  wire.on('data', (data) => {
    heard.text += data
  })
  wire.on('close', () => {
    heard.ended = true
  })
  await until('an answer begins', () => heard.text.includes('\r\n\r\n'))
  return heard
}

const get = { 'content-type': 'application/json' }
const query = 'query Q($a: Boolean!) { __typename @include(if: $a) }'
const answer = 'event: next\ndata: {"data":{"__typename":"Query"}}\n\n'
const end = 'event: complete\ndata:\n\n'

test('a GET says all of it in its search parameters, a POST in its body; variables may be null', async () => {
  const search = { query, operationName: 'Q', variables: '{"a":true}', extensions: '{}' }
  const asked: Sending[] = [
    { method: 'GET', search, headers: get },
    { body: { query, operationName: 'Q', variables: { a: true }, extensions: {} } },
    { body: { query: '{ __typename }', operationName: null, variables: null, extensions: null } },
  ]
  for (const one of asked) {
    const heard = await ask(one)
    await until('it is complete', () => heard.text.includes(end))
    assert.equal(heard.status(), 200)
    assert(heard.text.includes(answer))
    assert.match(heard.text, /^content-type: text\/event-stream; charset=utf-8\r$/im)
    assert.match(heard.text, /^cache-control: no-store\r$/im)
    assert.match(heard.text, /^x-accel-buffering: no\r$/im)
    heard.wire.destroy()
  }
})

test('a stream is for whoever accepts one, in the words of RFC 9110', async () => {
  const fine = [
    'text/event-stream',
    'Text/Event-Stream',
    'text/*',
    '*/*',
    'application/json, text/event-stream',
    '',
  ]
  const wrong = [
    'application/json',
    'text/html',
    'text/event-stream;q=0',
    'text/event-stream;q=0, */*',
    'x/text/event-stream',
  ]
  for (const accept of [...fine, ...wrong]) {
    const heard = await ask({ headers: { accept }, body: { query: '{ __typename }' } })
    assert.equal(heard.status(), fine.includes(accept) ? 200 : 406, accept)
    heard.wire.destroy()
  }
})

test('what is wrong before the stream begins is an HTTP status with errors; what is wrong with the operation is an event', async () => {
  const before: [number, Sending][] = [
    [400, { body: '{' }],
    [400, { body: '[]' }],
    [400, { body: { query: 1 } }],
    [400, { body: { query: '{ __typename }', variables: [] } }],
    [400, { method: 'GET', search: { query: '{ __typename }', variables: 'x' }, headers: get }],
    [415, { body: '{}', headers: { 'content-type': 'text/plain' } }],
    [413, { body: { query: `{ __typename } #${'x'.repeat(70_000)}` } }],
    [405, { method: 'GET', search: { query: 'mutation { goal { goals } }' }, headers: get }],
    [405, { method: 'PUT', body: {} }],
    [405, { method: 'DELETE' }],
  ]
  for (const [status, asked] of before) {
    const heard = await ask(asked)
    assert.equal(heard.status(), status, JSON.stringify(asked).slice(0, 100))
    await until('its errors are there', () => /"errors":\[\{"message":".*"code":"[A-Z_]+"/.test(heard.text))
    assert.match(heard.text, /^content-type: application\/json/im)
    heard.wire.destroy()
  }
  for (const text of ['{', '{ nothing }', 'subscription { nothing }', query]) {
    const heard = await ask({ body: { query: text } })
    await until('it is complete', () => heard.text.includes(end))
    assert.equal(heard.status(), 200)
    assert.match(heard.text, /event: next\ndata: \{"errors":\[\{"message":.*\}\n\n/)
    assert.doesNotMatch(heard.text, /"data":/)
    heard.wire.destroy()
  }
})

test('a GET as an EventSource sends it needs a stream by name, and a page of ours; any other one, a header asked for first', async () => {
  const origin = 'http://localhost:3000'
  const evil = 'https://evil.example'
  const asked: [number, Record<string, string>][] = [
    [200, {}],
    [200, { origin }],
    [200, { origin: new URL(router.url).origin, 'sec-fetch-site': 'same-origin' }],
    [200, { origin, 'sec-fetch-site': 'cross-site' }],
    [200, { 'sec-fetch-site': 'same-origin' }],
    [200, { origin: evil, 'apollo-require-preflight': '1' }],
    [400, { origin: evil }],
    [400, { origin: 'null' }],
    [400, { 'sec-fetch-site': 'cross-site' }],
    [400, { 'sec-fetch-site': 'same-site' }],
    [400, { accept: '*/*' }],
    [400, { accept: 'text/*', origin }],
    [400, { accept: '' }],
    [400, { accept: 'text/event-stream;q=0, */*' }],
  ]
  for (const [status, headers] of asked) {
    const heard = await ask({ method: 'GET', search: { query: '{ __typename }' }, headers })
    assert.equal(heard.status(), status, JSON.stringify(headers))
    const shared = /^access-control-allow-origin: (.*)\r$/im.exec(heard.text)?.[1]
    assert.equal(shared, headers['origin'] === origin ? origin : undefined)
    heard.wire.destroy()
  }
  const mutation = { query: 'mutation { goal { goals } }' }
  const heard = await ask({ method: 'GET', search: mutation, headers: { origin } })
  assert.equal(heard.status(), 405)
  heard.wire.destroy()
})

test('a mutation runs once, and is answered once', async () => {
  const heard = await ask({ body: { query: 'mutation { goal { goals scorer { name } } }' } })
  await until('it is complete', () => heard.text.includes(end))
  const [, data = '{}'] = /event: next\ndata: (.*)\n\n/.exec(heard.text) ?? []
  const { goal } = JSON.parse(data).data
  assert.deepEqual(goal.scorer, { name: `Player p${goal.goals}` })
  assert.equal(graph.score().goals, goal.goals + 1)
  heard.wire.destroy()
})

test('HEAD and methods nobody serves say what is served; OPTIONS too', async () => {
  for (const [method, status] of [
    ['HEAD', 405],
    ['OPTIONS', 204],
  ] as const) {
    const heard = await ask({ method })
    assert.equal(heard.status(), status)
    assert.match(heard.text, /^allow: GET, POST/im)
    assert.match(heard.text, /\r\n\r\n$/)
    heard.wire.destroy()
  }
})

test('an old client of HTTP/1.0 has the events as they are, and the end of its connection', async () => {
  const heard = await ask({ version: '1.0', body: { query: '{ __typename }' } })
  await until('the connection ends', () => heard.ended)
  assert.doesNotMatch(heard.text, /transfer-encoding/i)
  assert(heard.text.endsWith(`\r\n\r\n:\n\n${answer}${end}`), heard.text)
})

test('a client that leaves, politely or not, leaves nothing under way', async () => {
  const ways = ['end', 'destroy', 'resetAndDestroy'] as const
  for (const way of ways) {
    const heard = await ask({ body: { query: 'subscription { plain { goals } }' } })
    await until('the subgraph is subscribed', () => graph.listeners() === 1)
    heard.wire[way]()
    await until(`the subgraph is left after ${way}`, () => graph.listeners() === 0, 2_000)
  }
})
