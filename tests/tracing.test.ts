import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { registerHooks } from 'node:module'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import { after, before, test } from 'node:test'
import { createClient } from 'graphql-ws'
import { WebSocket } from 'ws'
import type { Stack } from './harness/stack.ts'
import { until } from './harness/until.ts'

const loaded: string[] = []
registerHooks({
  load(url, context, next) {
    if (/@opentelemetry\/(sdk-trace|exporter-trace-otlp-http)\//.test(url)) loaded.push(url)
    return next(url, context)
  },
})

type Attribute = { key: string; value: { stringValue?: string; intValue?: number } }
type Sent = {
  traceId: string
  spanId: string
  parentSpanId?: string
  name: string
  kind: number
  status: { code: number }
  attributes: Attribute[]
}
type Export = {
  resourceSpans: { resource: { attributes: Attribute[] }; scopeSpans: { spans: Sent[] }[] }[]
}
type Seen = Sent & { service: string }

/** A collector that keeps what it is sent. */
async function openCollector() {
  const seen: Seen[] = []
  const bodies: string[] = []
  const server = createServer(async (request, response) => {
    const { resourceSpans } = (await json(request)) as Export
    bodies.push(JSON.stringify(resourceSpans))
    for (const { resource, scopeSpans } of resourceSpans) {
      const service = String(resource.attributes.find(({ key }) => key === 'service.name')?.value.stringValue)
      for (const { spans } of scopeSpans) seen.push(...spans.map((span) => ({ ...span, service })))
    }
    assert.equal(request.url, '/v1/traces')
    response.setHeader('content-type', 'application/json').end('{}')
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const close = async () => {
    server.closeAllConnections()
    await once(server.close(), 'close')
  }
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen, bodies, close }
}

let collector: Awaited<ReturnType<typeof openCollector>>
let silent: Stack
let stack: Stack
before(async () => {
  const { startStack } = await import('./harness/stack.ts')
  collector = await openCollector()
  silent = await startStack()
  assert.deepEqual(loaded, [], 'without an endpoint nothing of OpenTelemetry’s SDK is loaded')
  stack = await startStack({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url })
  assert(loaded.length > 1)
})
after(async () => {
  await silent.close()
  await stack.close()
  await collector.close()
})

const traceId = 'ab'.repeat(16)
const caller = 'cd'.repeat(8)
const query = 'query Whole { me { username email } }'

const attribute = ({ attributes }: Seen, name: string) =>
  attributes.find(({ key }) => key === name)?.value.stringValue
const traceOf = (id: string): Seen[] => collector.seen.filter((span) => span.traceId === id)
const named = (spans: Seen[], service: string, name: string): Seen[] =>
  spans.filter((span) => span.service === service && span.name === name)

test('a request is one trace, from the edge through the router into each subgraph', async () => {
  const token = await stack.token('puchiuser')
  const headers = { traceparent: `00-${traceId}-${caller}-01` }
  const asked = { token, headers, operationName: 'Whole' }
  const { status, body } = await stack.ask(query, asked)
  assert.deepEqual([status, body.errors], [200, undefined])
  for (const service of ['router', 'user', 'auth'])
    await until(
      `${service}’s spans arrive`,
      () => named(traceOf(traceId), service, 'POST /graphql').length === 1,
    )

  const spans = traceOf(traceId)
  const [whole] = named(spans, 'router', 'POST /graphql')
  assert(whole)
  assert.equal(whole.parentSpanId, caller)
  assert.equal(attribute(whole, 'graphql.operation.name'), 'Whole')
  const [plan] = named(spans, 'router', 'plan')
  assert.equal(plan?.parentSpanId, whole.spanId)
  for (const name of ['user', 'auth']) {
    const [fetched, ...more] = named(spans, 'router', `fetch ${name}`)
    assert.equal(more.length, 0)
    assert.equal(fetched?.parentSpanId, whole.spanId)
    assert.equal(attribute(fetched, 'puchi.subgraph'), name)
    const [inside] = named(spans, name, 'POST /graphql')
    assert.equal(inside?.parentSpanId, fetched.spanId)
  }
  for (const text of collector.bodies) {
    assert(!text.includes(token), 'a token is in no trace')
    assert(!text.includes('@example.com'), 'nor is an e-mail')
  }
})

const profile = 'subscription Profile { profileUpdated { version user { username email } } }'

/** A span and those fetches below it that reached a subgraph. */
async function reached(name: string, operation: string, subgraphs: readonly string[]): Promise<Seen[]> {
  const all = () =>
    named(collector.seen, 'router', name).filter(
      (span) => attribute(span, 'graphql.operation.name') === operation,
    )
  const below = (span: Seen, subgraph: string) =>
    named(traceOf(span.traceId), 'router', `fetch ${subgraph}`).filter(
      ({ parentSpanId }) => parentSpanId === span.spanId,
    )
  const whole = (span: Seen) =>
    subgraphs.every((subgraph) =>
      below(span, subgraph).some(({ spanId }) =>
        named(traceOf(span.traceId), subgraph, 'POST /graphql').some((one) => one.parentSpanId === spanId),
      ),
    )
  await until(`the span of ${operation} arrives, with its fetches`, () => all().some(whole))
  return all()
}

test('over a socket a query is a span with its fetches, and so is each event of a subscription', async () => {
  const authorization = `Bearer ${await stack.token('puchiuser')}`
  const client = createClient({
    url: stack.url.replace('http', 'ws'),
    webSocketImpl: WebSocket,
    connectionParams: { authorization },
  })
  const asked = client.iterate({ query: query.replace('Whole', 'Socket'), operationName: 'Socket' })
  assert.equal((await asked.next()).value?.errors, undefined)
  const events = client.iterate({ query: profile, operationName: 'Profile' })
  assert.equal((await events.next()).value?.errors, undefined)
  const [operation, ...more] = await reached('operation', 'Socket', ['user', 'auth'])
  assert.equal(more.length, 0)
  assert(operation && attribute(operation, 'puchi.request_id'))
  // Two traces: an operation that lasts for hours has no end that its events could wait for.
  const [subscribed] = await reached('operation', 'Profile', [])
  const [event] = await reached('event', 'Profile', ['auth'])
  assert(subscribed && event)
  assert.notEqual(event.traceId, subscribed.traceId)
  assert.equal(attribute(event, 'puchi.request_id'), attribute(subscribed, 'puchi.request_id'))
  await client.dispose()
})

test('an operation of a stream continues the trace of its request, and its events have their own', async () => {
  const streamed = 'ef'.repeat(16)
  const response = await fetch(`${stack.url}/stream`, {
    method: 'POST',
    headers: {
      accept: 'text/event-stream',
      'content-type': 'application/json',
      authorization: `Bearer ${await stack.token('minhnguyen')}`,
      traceparent: `00-${streamed}-${caller}-01`,
    },
    body: JSON.stringify({ query: profile.replace('Profile', 'Streamed'), operationName: 'Streamed' }),
  })
  const [operation] = await reached('operation', 'Streamed', [])
  assert.deepEqual([operation?.traceId, operation?.parentSpanId], [streamed, caller])
  const [event] = await reached('event', 'Streamed', ['auth'])
  assert.notEqual(event?.traceId, streamed)
  await response.body?.cancel()
})

test('a traceparent that is none begins a new trace', async () => {
  const bad = [
    `00-${'0'.repeat(32)}-${caller}-01`,
    `00-${traceId.toUpperCase()}-${caller}-01`,
    'x'.repeat(8_000),
  ]
  for (const traceparent of bad) {
    const before = collector.seen.length
    await stack.ask('{ me { username } }', { headers: { traceparent } })
    await until(
      'the span arrives',
      () => named(collector.seen.slice(before), 'router', 'POST /graphql').length > 0,
    )
    const [whole] = named(collector.seen.slice(before), 'router', 'POST /graphql')
    assert.match(whole?.traceId ?? '', /^[0-9a-f]{32}$/)
    assert.notEqual(whole?.traceId, traceId)
    assert(!whole?.parentSpanId)
  }
})

test('a collector that is away, or hangs, harms no request', async () => {
  const { startStack } = await import('./harness/stack.ts')
  const deaf = createServer(() => {})
  await once(deaf.listen(0, '127.0.0.1'), 'listening')
  const { port } = deaf.address() as AddressInfo
  const lonely = await startStack({ OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}` })
  for (let at = 0; at < 20; at++) assert.equal((await lonely.ask('{ me { username } }')).status, 200)
  deaf.closeAllConnections()
  deaf.close()
  for (let at = 0; at < 20; at++) assert.equal((await lonely.ask('{ me { username } }')).status, 200)
  await lonely.close()
})
