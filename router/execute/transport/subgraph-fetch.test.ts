import assert from 'node:assert/strict'
import { after, afterEach, before, beforeEach, test } from 'node:test'
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import type { Service } from '@puchi/platform/lifecycle'
import { type Mint, openMint } from '../../../tests/harness/mint.ts'
import { ask } from '../../../tests/harness/question.ts'
import { type Behaviour, openSmallGraph, type SmallGraph } from '../../../tests/harness/small-graph.ts'
import { startAnonymous, startInStack } from '../../../tests/harness/small-router.ts'
import { responseOf } from './response.ts'

let graph: SmallGraph
let mint: Mint
let router: Service
before(async () => {
  graph = await openSmallGraph()
  mint = await openMint()
})
after(async () => {
  await graph.close()
  await mint.close()
})
// One of its own for each test, since a router leaves alone what failed too often.
beforeEach(async () => {
  graph.reset()
  router = await startAnonymous(graph)
})
afterEach(() => router.close())

const query = '{ everybody { name karma } newest { text } }'
const partial = {
  everybody: [
    { name: 'Lan', karma: null },
    { name: 'Minh', karma: null },
  ],
  newest: null,
}

async function broken(behaviour: Behaviour, code: string): Promise<void> {
  graph.reviews.behave = behaviour
  const { status, data, errors, text } = await ask(router.url, query)
  assert.equal(status, 200)
  assert.deepEqual(data, partial)
  assert.deepEqual(
    errors.map(({ extensions }) => extensions['code']),
    [code, code],
  )
  assert.deepEqual(errors.map(({ path }) => path).sort(), [['everybody'], ['newest']])
  assert(errors.every(({ extensions }) => extensions['requestId']))
  assert.doesNotMatch(text, /hunter2|html|127\.0\.0\.1|ECONN|at .*\.ts/i)
}

const unavailable: Record<string, Behaviour> = {
  'HTML with 502': (response) => response.writeHead(502).end('<html>hunter2</html>'),
  '503 with errors alone': (response) =>
    response
      .writeHead(503, { 'content-type': 'application/json' })
      .end('{"errors":[{"message":"hunter2","extensions":{"code":"OVERLOADED"}}]}'),
  '500 with JSON': (response) => response.writeHead(500).end('{"data":{"newest":[{"text":"hunter2"}]}}'),
  'HTML with 200': (response) => response.end('<html>hunter2</html>'),
  'a redirect': (response) => response.writeHead(302, { location: 'http://127.0.0.1:1/hunter2' }).end(),
  'half of its JSON': (response) => response.end('{"data":{"newest":[{"text":"hunter2'),
  'less than it promised': (response) => {
    response.writeHead(200, { 'content-length': 500 }).write('{"data":')
    setTimeout(() => response.destroy(), 20)
  },
  'nothing at all': (response) => response.end(),
  'a hung-up connection': (response) => response.destroy(),
  'an array': (response) => response.end('[]'),
  'a string': (response) => response.end('"hunter2"'),
  'no data and says nothing of it': (response) => response.end('{"data":null,"errors":[]}'),
  'a megabyte that unpacks to many': (response) =>
    response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(50_000_000, ' '))),
  'neither data nor errors': (response) => response.end('{}'),
  'entities of the wrong number': (response) => response.end('{"data":{"_entities":[]},"extra":"hunter2"}'),
  'more than 5 MiB': (response) =>
    response.end(`{"data":{"newest":[{"text":"${'x'.repeat(5 * 1024 * 1024)}"}]}}`),
}

for (const [what, behaviour] of Object.entries(unavailable))
  test(`P3 a subgraph that answers ${what} costs its own fields: SUBGRAPH_UNAVAILABLE`, async () => {
    const only = what.startsWith('entities') ? '{ everybody { name karma } }' : query
    if (only === query) return broken(behaviour, 'SUBGRAPH_UNAVAILABLE')
    graph.reviews.behave = behaviour
    const { status, data, codes } = await ask(router.url, only)
    assert.deepEqual([status, data, codes], [200, { everybody: partial.everybody }, ['SUBGRAPH_UNAVAILABLE']])
  })

const said = '{"data":{"newest":[{"text":"Ngon!"}]}}'
const taken: Record<string, Behaviour> = {
  'packed with gzip': (response) =>
    response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(said)),
  'packed with br': (response) =>
    response.writeHead(200, { 'content-encoding': 'BR' }).end(brotliCompressSync(said)),
  'packed with deflate': (response) =>
    response.writeHead(200, { 'content-encoding': 'deflate' }).end(deflateSync(said)),
  'packed with deflate, without a header': (response) =>
    response.writeHead(200, { 'content-encoding': 'deflate' }).end(deflateRawSync(said)),
  'with a byte order mark': (response) => response.end(`\ufeff${said}`),
  'as HTML': (response) => response.writeHead(200, { 'content-type': 'text/html' }).end(said),
  'with status 404': (response) => response.writeHead(404).end(said),
  'with status 500, as GraphQL': (response) =>
    response.writeHead(500, { 'content-type': 'application/graphql-response+json; charset=utf-8' }).end(said),
  'with status 500, as JSON': (response) =>
    response.writeHead(500, { 'content-type': 'application/json' }).end(said),
  'as GraphQL alone': (response, { headers }) =>
    /(^|, )application\/graphql-response\+json/.test(headers.accept ?? '')
      ? response.writeHead(200, { 'content-type': 'application/graphql-response+json' }).end(said)
      : response.writeHead(406).end(),
  'with more than belongs there': (response) =>
    response.end(`{"extensions":{"a":1},"errors":null,"status":1,${said.slice(1)}`),
}

for (const [how, behaviour] of Object.entries(taken))
  test(`an answer ${how} is taken`, async () => {
    graph.reviews.behave = behaviour
    const { text } = await ask(router.url, '{ newest { text } }')
    assert.equal(text, said)
  })

test('errors in a form that GraphQL does not know are told all the same, at a place that is one', async () => {
  const telling: Behaviour = (response) =>
    response.end(
      JSON.stringify({
        data: { _entities: [{ karma: 10 }, null] },
        errors: [
          { message: 'indexed by text', path: ['_entities', '1', 'karma'], extensions: { code: 'A' } },
          { message: 'nowhere', path: ['_entities', { at: 1 }], extensions: { code: 'B' } },
        ],
      }),
    )
  graph.reviews.behave = telling
  const { errors } = await ask(router.url, '{ everybody { name karma } }')
  assert.deepEqual(
    errors.map(({ message, path }) => [message, path]),
    [
      ['indexed by text', ['everybody', 1, 'karma']],
      ['nowhere', undefined],
    ],
  )
  graph.reviews.behave = (response) =>
    response.end('{"data":{"newest":null},"errors":{"message":"alone","extensions":{"code":"C"}}}')
  assert.deepEqual((await ask(router.url, '{ newest { text } }')).codes, ['C'])
})

test('of JSON that is no GraphQL, as a door in front of a subgraph says it, the log tells the status', () => {
  assert.throws(() => responseOf({ error: 'who are you?' }, 401), /not a GraphQL response, status 401$/)
  assert.throws(() => responseOf(null), /not a GraphQL response$/)
})

test('a subgraph whose URL holds credentials is refused at the start, and not asked without them', async () => {
  const SUBGRAPH_REVIEWS_URL = graph.reviews.url.replace('//', '//root:hunter2@')
  await assert.rejects(startAnonymous(graph, { SUBGRAPH_REVIEWS_URL }), (error: Error) => {
    assert.match(error.message, /The URL of the subgraph reviews holds credentials/)
    return !error.message.includes('hunter2')
  })
})

test('a path and a query that belong to the URL of a subgraph are kept as they are', async () => {
  const SUBGRAPH_REVIEWS_URL = `${graph.reviews.url}/?tenant=a%20b`
  const own = await startAnonymous(graph, { SUBGRAPH_REVIEWS_URL })
  await ask(own.url, '{ newest { text } }')
  assert.equal(graph.reviews.calls[0]?.path, '/graphql/?tenant=a%20b')
  await own.close()
})

test('of an answer of status 500 the errors are told, too', async () => {
  graph.reviews.behave = (response) =>
    response
      .writeHead(500, { 'content-type': 'application/json; charset=utf-8' })
      .end('{"data":null,"errors":[{"message":"Closed.","extensions":{"code":"CLOSED"}}]}')
  const { data, codes } = await ask(router.url, '{ newest { text } }')
  assert.deepEqual([data, codes], [{ newest: null }, ['CLOSED']])
})

test('P3 endless megabytes are cut off at 5 MiB', async () => {
  const before = process.memoryUsage().rss
  let sent = 0
  await broken((response) => {
    const more = () => {
      while (!response.destroyed && sent < 300_000_000) {
        sent += 1_000_000
        if (!response.write(Buffer.alloc(1_000_000, 'x'))) return void response.once('drain', more)
      }
    }
    more()
  }, 'SUBGRAPH_UNAVAILABLE')
  assert(sent < 60_000_000, `${sent} bytes were taken`)
  assert(process.memoryUsage().rss - before < 150_000_000)
})

test('P1 P3 a subgraph that hangs, or drips a byte a second, is SUBGRAPH_TIMEOUT within 5.5 s', async () => {
  const hang: Behaviour = () => {}
  const drip: Behaviour = (response) => {
    response.write('{')
    const timer = setInterval(() => response.write(' '), 1_000)
    response.on('close', () => clearInterval(timer))
  }
  const began = performance.now()
  let calls = 0
  await broken((response, call) => (calls++ % 2 === 0 ? hang : drip)(response, call), 'SUBGRAPH_TIMEOUT')
  assert(performance.now() - began < 11_000)
  assert(performance.now() - began > 4_900)
})

test('a subgraph that is gone costs its own fields, and is asked again when it is back', async () => {
  const own = await openSmallGraph()
  const alone = await startAnonymous(own, { SUBGRAPH_REVIEWS_URL: 'http://127.0.0.1:1/graphql' })
  const gone = await ask(alone.url, query)
  assert.deepEqual([gone.status, gone.data], [200, partial])
  const readiness = await fetch(`${alone.adminUrl}/readyz`)
  assert.deepEqual([readiness.status, await readiness.json()], [200, { ready: true, degraded: ['reviews'] }])
  await alone.close()
  await own.close()
  graph.reviews.behave = (response) => response.destroy()
  await ask(router.url, query)
  graph.reset()
  assert.equal((await ask(router.url, query)).errors.length, 0)
  assert.deepEqual(await (await fetch(`${router.adminUrl}/readyz`)).json(), { ready: true, degraded: [] })
})

test('whom a subgraph refuses in words of its own takes it away from nobody else', async () => {
  const me = { query: '{ me { name } }' }
  graph.accounts.behave = (response) => response.writeHead(401).end('<html>Who are you?</html>')
  for (let call = 0; call < 40; call += 1) {
    const { codes } = await ask(router.url, me, { authorization: `Bearer ${call}` })
    assert.deepEqual(codes, ['SUBGRAPH_UNAVAILABLE'])
  }
  assert.equal(graph.accounts.calls.length, 40)
  graph.accounts.behave = null
  assert.deepEqual((await ask(router.url, me)).data, { me: { name: 'Lan' } })
})

for (const what of ['more than 5 MiB', 'a megabyte that unpacks to many'])
  test(`whoever is answered ${what} takes the subgraph away from nobody else`, async () => {
    graph.reviews.behave = unavailable[what] ?? null
    const newest = { query: '{ newest { text } }' }
    for (let call = 0; call < 25; call += 1) {
      const { codes } = await ask(router.url, newest, { authorization: `Bearer ${call}` })
      assert.deepEqual(codes, ['SUBGRAPH_UNAVAILABLE'])
    }
    graph.reviews.behave = null
    assert.deepEqual((await ask(router.url, newest)).codes, [])
  })

test('fetches are timed and their failures counted by subgraph and code', async () => {
  graph.reviews.behave = (response) => response.destroy()
  await ask(router.url, query)
  const metrics = await (await fetch(`${router.adminUrl}/metrics`)).text()
  assert.match(metrics, /subgraph_fetch_duration_seconds_count\{[^}]*subgraph="accounts"[^}]*\} [1-9]/)
  assert.match(
    metrics,
    /subgraph_fetch_failures_total\{[^}]*subgraph="reviews",code="SUBGRAPH_UNAVAILABLE"[^}]*\} [1-9]/,
  )
})

test('what a subgraph says of our request is our fault, and is masked', async () => {
  const saying =
    (code: string): Behaviour =>
    (response) =>
      response
        .writeHead(400)
        .end(JSON.stringify({ errors: [{ message: 'type Person: hunter2', extensions: { code } }] }))
  for (const code of ['GRAPHQL_VALIDATION_FAILED', 'BAD_REQUEST', 'INTERNAL_SERVER_ERROR']) {
    graph.reviews.behave = saying(code)
    const { codes, text } = await ask(router.url, '{ newest { text } }')
    assert.deepEqual(codes, ['INTERNAL_SERVER_ERROR'])
    assert.doesNotMatch(text, /hunter2|Person/)
  }
  graph.reviews.behave = saying('BAD_USER_INPUT')
  assert.deepEqual((await ask(router.url, '{ newest { text } }')).codes, ['BAD_USER_INPUT'])
})

test('a subgraph of ours that does not know our signature is unavailable, and never says 401 for the client', async () => {
  const ours = await startInStack(graph, mint)
  graph.reviews.behave = (response) =>
    response
      .writeHead(401)
      .end('{"errors":[{"message":"Only a router","extensions":{"code":"UNAUTHENTICATED"}}]}')
  const { status, codes } = await ask(ours.url, '{ newest { text } }')
  assert.deepEqual([status, codes], [200, ['SUBGRAPH_UNAVAILABLE']])
  await ours.close()
})

test('an answer cannot set our HTTP status, nor smuggle extensions', async () => {
  graph.reviews.behave = (response) =>
    response.end(
      '{"errors":[{"message":{"a":1},"path":"x","extensions":{"code":"NOT_FOUND","http":{"status":599},"a":1}}]}',
    )
  const { status, errors } = await ask(router.url, '{ newest { text } }')
  assert.equal(status, 200)
  assert.deepEqual(Object.keys(errors[0]?.extensions ?? {}).sort(), ['code', 'requestId'])
})
