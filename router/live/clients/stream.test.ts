import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openDoor } from '@puchi/platform/http/door'
import { createLog } from '@puchi/platform/log'
import { openStream } from '../../../tests/harness/http-stream.ts'
import { openLiveGraph } from '../../../tests/harness/live-graph.ts'
import { anonymousOver, startAnonymous } from '../../../tests/harness/small-router.ts'
import { until } from '../../../tests/harness/until.ts'
import type { Operate } from '../operations.ts'
import type { Connection } from './connections.ts'
import { answerStream } from './stream.ts'

const { graph, router } = await anonymousOver(openLiveGraph)

const query = 'subscription { plain { goals scorer { name } } }'
const headers = { accept: 'text/event-stream', 'content-type': 'application/json' }

const open = ({ search = '', ...init }: RequestInit & { search?: string }) =>
  openStream(`${router.url}/stream${search}`, init)
const post = (text: string) => open({ method: 'POST', headers, body: JSON.stringify({ query: text }) })

for (const method of ['POST', 'GET'] as const)
  test(`a ${method} that accepts an event stream subscribes, and leaves with its connection`, async () => {
    const search = `?query=${encodeURIComponent(query)}`
    const stream = method === 'GET' ? await open({ headers, search }) : await post(query)
    assert.match(stream.response.headers.get('content-type') ?? '', /^text\/event-stream/)
    assert.equal(stream.response.headers.get('x-accel-buffering'), 'no')
    await until('the subgraph is subscribed', () => graph.listeners() === 1)
    const { goals } = graph.score()
    await until('the goal is there', () => stream.text.includes('event: next'))
    const data = /event: next\ndata: (.*)\n\n/.exec(stream.text)?.[1] ?? ''
    assert.deepEqual(JSON.parse(data), { data: { plain: { goals, scorer: { name: `Player p${goals}` } } } })
    stream.stop()
    await until('the subgraph is left', () => graph.listeners() === 0)
  })

test('a query is answered once and completed, a wrong one with its errors', async () => {
  const right = await post('{ score { __typename } }')
  await until('it ends', () => right.ended)
  assert.match(right.text, /data: {"data":{"score":{"__typename":"Score"}}}\n\nevent: complete\ndata:\n\n$/)
  const wrong = await post('subscription {')
  await until('it ends', () => wrong.ended)
  assert.match(wrong.text, /GRAPHQL_PARSE_FAILED.*\n\nevent: complete/)
})

test('whoever accepts no stream is refused', async () => {
  const { response } = await open({
    method: 'POST',
    headers: { ...headers, accept: 'application/json' },
    body: '{}',
  })
  assert.equal(response.status, 406)
})

test('a mutation by GET is refused with 405, as it is on /graphql; by POST it is not', async () => {
  const text = 'query Q { __typename } mutation M { score }'
  const search = `?operationName=M&query=${encodeURIComponent(text)}`
  const { response } = await open({ headers, search })
  assert.deepEqual([response.status, response.headers.get('allow')], [405, 'POST'])
  assert.equal((await open({ headers, search: search.replace('=M', '=Q') })).response.status, 200)
  assert.equal((await post('mutation { score }')).response.status, 200)
})

test('into a stream that has ended nothing more is written, whatever still comes', async () => {
  const { promise: broken, resolve: breaks } = Promise.withResolvers<Error>()
  const door = await openDoor({
    ...{ host: '127.0.0.1', port: 0, log: createLog('test', 'silent') },
    async handle(exchange) {
      exchange.response.on('error', breaks)
      let held: Connection | undefined
      const connections = {
        wait: () => undefined,
        count: async () => () => {},
        draining: () => false,
        drain: async () => {},
      }
      const operate: Operate = (_asked, _context, listener) => {
        queueMicrotask(() => {
          held?.close(4403, 'Forbidden')
          held?.probe()
          listener.next('{"data":null}')
          listener.end()
          listener.broken()
        })
        return () => {}
      }
      await answerStream(exchange, {
        identity: { identify: async () => ({ viewer: null }) },
        connections: {
          ...connections,
          add(one) {
            held = one
            return () => {}
          },
        },
        operate,
        persisted: { read: (params) => ({ params }) },
      })
    },
  })
  const asked = { method: 'POST', headers, body: JSON.stringify({ query }) }
  const response = await fetch(`http://127.0.0.1:${door.port}/`, asked)
  assert.equal(await response.text(), ':\n\n')
  assert.equal(
    await Promise.race([broken, new Promise((resolve) => setImmediate(resolve, 'whole'))]),
    'whole',
  )
  await door.drain()
})

test('a router that goes away ends its streams', async () => {
  const leaving = await startAnonymous(graph)
  const response = await fetch(`${leaving.url}/stream`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ query }),
  })
  const ended = response.text()
  await leaving.close()
  assert.doesNotMatch(await ended, /complete/)
})
