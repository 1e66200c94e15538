import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { describe, test } from 'node:test'
import { serverAudits } from 'graphql-http'
import { ask, send } from '../../tests/harness/question.ts'
import { bothOverSmallGraph } from '../../tests/harness/small-router.ts'

const { graph, router, production } = await bothOverSmallGraph()

const post = (body: BodyInit, headers: Record<string, string> = {}) =>
  send(router.url, { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } })
const get = (parameters: Record<string, string>, headers: Record<string, string> = {}) =>
  send(`${router.url}?${new URLSearchParams(parameters)}`, { headers })
const preflighted = { 'apollo-require-preflight': 'true' }

// What the GraphQL over HTTP audits would have otherwise, and why we have it so.
const declined: Record<string, string> = {
  '572B':
    'a document that is not GraphQL is 400 in either media type, as monitoring and our error table have it',
  FDE2: 'so is one that does not fit the schema',
  '7B9B': 'so are variables of a wrong type',
  '5A70': 'a GET without a header that makes browsers send a preflight is refused as forgeable (G12)',
  '6A70': 'the same',
}

describe('the audits of graphql-http', () => {
  for (const { id, name } of serverAudits({ url: 'http://unused' }))
    test(`${id} ${name}${declined[id] ? ` — declined: ${declined[id]}` : ''}`, async () => {
      const audit = serverAudits({ url: router.url }).find((one) => one.id === id)
      const { status } = (await audit?.fn()) ?? {}
      assert(!(declined[id] && name.startsWith('MUST')))
      assert.equal(status === 'ok', !declined[id])
    })
})

test('queries are answered over POST, and over GET with a header that makes browsers send a preflight', async () => {
  assert.deepEqual((await post('{"query":"{ me { name } }"}')).data, { me: { name: 'Lan' } })
  const query = 'query P($id: ID!) { person(id: $id) { name karma } }'
  const asked = { query, variables: '{"id":"2"}', operationName: 'P' }
  for (const headers of [preflighted, { 'content-type': 'application/json' }])
    assert.deepEqual((await get(asked, headers)).data, { person: { name: 'Minh', karma: 20 } })
})

test('a GET as urql sends it is answered: with a Bearer token, and without one where no foreign page asks', async () => {
  const query = '{ me { name } }'
  const accept = 'application/graphql-response+json, application/graphql+json, application/json, */*'
  const own = new URL(router.url).origin
  for (const headers of [{ authorization: 'Bearer t' }, { accept }, { accept, origin: own }])
    assert.deepEqual((await get({ query }, headers)).data, { me: { name: 'Lan' } }, JSON.stringify(headers))
  const forged = [
    { accept: 'application/json' },
    { accept, origin: 'https://evil.example' },
    { accept, 'sec-fetch-site': 'cross-site' },
    { authorization: 'Basic dTpw' },
  ]
  for (const headers of forged)
    assert.equal(
      (await get({ query }, headers as Record<string, string>)).status,
      400,
      JSON.stringify(headers),
    )
})

test('every answer carries a request id: the one that was sent, if it is fit to be one', async () => {
  const named = await ask(router.url, '{ nothing }', { 'x-request-id': 'learner-request-1' })
  assert.equal(named.headers.get('x-request-id'), 'learner-request-1')
  assert.equal(named.errors[0]?.extensions['requestId'], 'learner-request-1')
  const unfit = await ask(router.url, '{ me { name } }', { 'x-request-id': 'a<b>' })
  assert.match(unfit.headers.get('x-request-id') ?? '', /^[\w-]{36}$/)
  assert.equal(graph.accounts.calls[0]?.headers['x-request-id'], unfit.headers.get('x-request-id'))
})

test('the answer has the media type that Accept prefers, and 406 where it wants neither', async () => {
  const typeFor = async (accept: string) =>
    (await ask(router.url, '{ __typename }', { accept })).headers.get('content-type')
  assert.equal(await typeFor('*/*'), 'application/json; charset=utf-8')
  assert.equal(await typeFor('text/html, application/json'), 'application/json; charset=utf-8')
  assert.equal(
    await typeFor('application/graphql-response+json, application/json;q=0.9'),
    'application/graphql-response+json; charset=utf-8',
  )
  const refused = await ask(router.url, 'mutation { rename(name: "x") { id } }', { accept: 'text/html' })
  assert.deepEqual([refused.status, refused.codes], [406, ['NOT_ACCEPTABLE']])
  const deferred = await ask(router.url, '{ me { id } }', { accept: 'multipart/mixed;deferSpec=20220824' })
  assert.deepEqual([deferred.status, deferred.codes], [406, ['NOT_ACCEPTABLE']])
  assert.equal(graph.calls().length, 0)
})

test('other methods are 405 and told which to use', async () => {
  for (const method of ['PUT', 'DELETE', 'PATCH', 'HEAD']) {
    const { status, headers } = await send(router.url, { method })
    assert.deepEqual([status, headers.get('allow')], [405, 'GET, POST'], method)
  }
})

test('G6 an array is BATCHING_DISABLED, whatever it holds', async () => {
  for (const body of ['[]', '[{"query":"{ __typename }"}]', `[${'{"query":"{me{id}}"},'.repeat(999)}{}]`]) {
    const { status, codes } = await post(body)
    assert.deepEqual([status, codes], [400, ['BATCHING_DISABLED']])
  }
})

test('G10 _service and _entities do not exist here', async () => {
  for (const query of ['{ _service { sdl } }', '{ _entities(representations: []) { __typename } }'])
    for (const url of [router.url, production.url]) {
      const { status, codes } = await ask(url, query)
      assert.deepEqual([status, codes], [400, ['GRAPHQL_VALIDATION_FAILED']])
    }
  assert.equal(graph.calls().length, 0)
})

test('G11 whatever is not a GraphQL request is refused in JSON, without a stack', async () => {
  const bodies: [BodyInit, number][] = [
    ['', 400],
    ['{', 400],
    ['null', 400],
    ['"query"', 400],
    ['{}', 400],
    ['{"query":null}', 400],
    ['{"query":""}', 400],
    ['{"query":{"kind":"Document"}}', 400],
    ['{"query":"{ me { id } }","variables":"{}"}', 400],
    ['{"query":"{ me { id } }","operationName":7}', 400],
    ['{"query":"{ me { id } }","extensions":[]}', 400],
    [Buffer.from([0x7b, 0xff, 0xfe, 0x7d]), 400],
    [Buffer.from('{"query":"{ \xe9 }"}', 'latin1'), 400],
    [`{"query":"${'{ me '.repeat(40_000)}"}`, 400],
  ]
  for (const [body, expected] of bodies) {
    const { status, text, codes } = await post(body)
    assert.equal(status, expected, String(body).slice(0, 80))
    assert.equal(codes.length, 1)
    assert.doesNotMatch(text, /\bat .*:\d+|node_modules|INTERNAL/)
  }
  for (const type of [
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data',
    'application/xml',
  ])
    assert.deepEqual((await post('{}', { 'content-type': type })).codes, ['UNSUPPORTED_MEDIA_TYPE'])
  for (const headers of [
    { 'content-type': 'application/json; charset=utf-16' },
    { 'content-encoding': 'gzip' },
  ])
    assert.equal((await post('{"query":"{ me { id } }"}', headers as Record<string, string>)).status, 415)
  const parameters = [
    { query: '{ me { id } }', variables: '{' },
    { query: '{ me { id } }', variables: '[]' },
    {},
  ]
  for (const asked of parameters)
    assert.equal((await get(asked as Record<string, string>, preflighted)).status, 400)
  assert.equal((await send(`${router.url}?query=a&query=b`, { headers: preflighted })).status, 400)
  assert.equal(graph.calls().length, 0)
})

test('an unknown operation name, or none where several stand, is OPERATION_RESOLUTION_FAILURE', async () => {
  const query = 'query A { me { id } } query B { me { id } }'
  for (const asked of [{ query, operationName: 'C' }, { query, operationName: '' }, { query }]) {
    const { status, codes } = await ask(router.url, asked)
    assert.deepEqual([status, codes], [400, ['OPERATION_RESOLUTION_FAILURE']])
  }
  assert.equal((await ask(router.url, { query, operationName: 'B' })).status, 200)
})

test('a body over 256 KiB is 413, declared or not, and the client gets to hear it', async () => {
  const large = JSON.stringify({ query: '{ me { id } }', variables: { x: 'x'.repeat(2_000_000) } })
  const declared = await post(large)
  assert.deepEqual([declared.status, declared.codes], [413, ['PAYLOAD_TOO_LARGE']])
  const chunked = await send(router.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: new Blob([large]).stream(),
    duplex: 'half',
  } as RequestInit)
  assert.equal(chunked.status, 413)
})

test('G12 what a foreign page can make a browser send unasked is not executed', async () => {
  const mutation = 'mutation { rename(name: "Eve") { id } }'
  for (const headers of [{}, preflighted]) {
    const { status, codes } = await get({ query: mutation }, headers)
    assert([400, 405].includes(status))
    assert(['BAD_REQUEST', 'METHOD_NOT_ALLOWED'].includes(codes[0] ?? ''))
  }
  assert.deepEqual((await get({ query: mutation }, preflighted)).headers.get('allow'), 'POST')
  assert.equal((await get({ query: '{ me { id } }' })).status, 400)
  assert.equal((await get({ query: '{ me { id } }' }, { 'content-type': 'text/plain' })).status, 400)
  assert.equal(
    (await post(JSON.stringify({ query: mutation }), { 'content-type': 'text/plain' })).status,
    415,
  )
  assert.equal(graph.calls().length, 0)
})

test('G13 pages of listed origins may call with credentials, and no others', async () => {
  const preflight = (origin: string) =>
    send(production.url, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'content-type,authorization,apollo-require-preflight',
      },
    })
  const friend = await preflight('https://puchi.io.vn')
  assert.equal(friend.status, 204)
  assert.equal(friend.headers.get('access-control-allow-origin'), 'https://puchi.io.vn')
  assert.equal(friend.headers.get('access-control-allow-credentials'), 'true')
  assert.match(friend.headers.get('access-control-allow-headers') ?? '', /authorization/)
  assert.match(friend.headers.get('vary') ?? '', /origin/i)
  const answered = await ask(production.url, '{ me { id } }', { origin: 'https://puchi.io.vn' })
  assert.equal(answered.headers.get('access-control-allow-origin'), 'https://puchi.io.vn')
  const refused = await ask(production.url, '{ me { id } }', {
    origin: 'https://puchi.io.vn',
    authorization: 'Bearer x',
  })
  assert.deepEqual(
    [refused.status, refused.headers.get('access-control-allow-origin')],
    [401, 'https://puchi.io.vn'],
  )

  for (const origin of [
    'https://evil.example',
    'null',
    'https://puchi.io.vn.evil.example',
    'HTTPS://PUCHI.IO.VN',
  ])
    for (const { headers } of [
      await preflight(origin),
      await ask(production.url, '{ me { id } }', { origin }),
    ])
      for (const name of ['origin', 'credentials', 'headers', 'methods'])
        assert.equal(headers.get(`access-control-allow-${name}`), null, origin)
})

test('G14 names of Object.prototype do no harm as alias, variable, key of JSON or of an answer', async () => {
  const nasty = ['__proto__', 'constructor', 'prototype']
  for (const name of nasty) {
    const aliased = await ask(router.url, `{ ${name}: me { ${name}: name karma } }`)
    assert.equal(aliased.text, `{"data":{"${name}":{"${name}":"Lan","karma":10}}}`)
    const query = `query ($${name}: JSON) { echo(value: $${name}) }`
    const echoed = await post(`{"query":"${query}","variables":{"${name}":{"${name}":{"polluted":1}}}}`)
    assert([200, 400].includes(echoed.status), echoed.text)
    assert.equal((await post(`{"query":"{ me { name } }","${name}":{"query":"x"}}`)).status, 200)
    graph.accounts.behave = (response) =>
      response.end(
        `{"${name}":{"polluted":1},"data":{"${name}":{"polluted":1},"me":{"name":"L","${name}":{"polluted":1}}}}`,
      )
    assert.equal((await ask(router.url, '{ me { name } }')).text, '{"data":{"me":{"name":"L"}}}')
    graph.accounts.behave = null
  }
  assert.equal(({} as Record<string, unknown>)['polluted'], undefined)
  for (const key of ['polluted', 'name', 'query']) assert(!(key in Object.prototype))
})

test('G17 a subgraph that throws tells the client a code and a request id, and nothing else', async () => {
  const { status, text, data, errors } = await ask(router.url, '{ me { name } secret }')
  assert.deepEqual([status, data], [200, { me: { name: 'Lan' }, secret: null }])
  assert.deepEqual(errors[0]?.path, ['secret'])
  assert.deepEqual(Object.keys(errors[0]?.extensions ?? {}).sort(), ['code', 'requestId'])
  assert.equal(errors[0]?.extensions['code'], 'INTERNAL_SERVER_ERROR')
  assert.doesNotMatch(text, /SELECT|password|srv|secret\.ts|postgres|hunter2|accounts/)
})

test("other teams' codes pass with their message where the router is anonymous, their details never", async () => {
  const { errors, text } = await ask(router.url, '{ refused }')
  assert.deepEqual([errors[0]?.message, errors[0]?.extensions['code']], ['Not today.', 'NOT_TODAY'])
  assert.doesNotMatch(text, /hunter2/)
  assert.deepEqual((await ask(production.url, '{ refused }')).codes, ['INTERNAL_SERVER_ERROR'])
})

test('G9 in production neither introspection nor an error names what the client did not', async () => {
  const secret = /Person|Query|Mutation|Mood|MERRY|Review|everybody|Did you mean/
  const questions: (string | { query: string; variables: unknown })[] = [
    '{ mee { id } }',
    '{ me }',
    '{ me { nam } }',
    '{ person { id } }',
    '{ person(id: { a: 1 }) { id } }',
    '{ person(id: "1", nope: 1) { id } }',
    '{ me { ... on Persn { id } } }',
    '{ me { mood(x: 1) } }',
    'query ($v: Int) { person(id: $v) { id } }',
    { query: 'query ($v: ID!) { person(id: $v) { id } }', variables: { v: {} } },
    '{ __schema { types { name } } }',
    '{ __type(name: "x") { name } }',
    'fragment F on Persn { id } { me { ...F } }',
  ]
  for (const question of questions) {
    const { status, text } = await ask(production.url, question)
    assert.equal(status, 400, text)
    assert.doesNotMatch(text, secret)
  }
  const closed = await ask(production.url, '{ __schema { types { name } } }')
  assert.deepEqual(
    closed.errors.map(({ message }) => message),
    ['Introspection is closed in production.'],
  )
  assert.match((await ask(router.url, '{ mee { id } }')).text, /Did you mean/)
  assert.equal((await ask(router.url, '{ __schema { types { name } } }')).status, 200)
})

test('a subscription over a plain request, and an unknown directive, are refused with 400', async () => {
  for (const query of ['subscription { x }', '{ me { id ... @defer { name } } }', '{ me @stream { id } }'])
    assert.equal((await ask(router.url, query)).status, 400)
})

test('A9 headers beyond 16 KiB, a token of 1 MB among them, are 431 in JSON', async () => {
  for (const size of [100_000, 1_000_000]) {
    const began = process.threadCpuUsage()
    const socket = connect(Number(new URL(router.url).port), '127.0.0.1')
    socket.write(`GET /graphql HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${'x'.repeat(size)}\r\n\r\n`)
    const answered = await text(socket)
    assert.match(answered, /^HTTP\/1\.1 431 /)
    assert.match(answered, /"code":"HEADERS_TOO_LARGE","requestId"/)
    assert(process.threadCpuUsage(began).user < 50_000)
  }
})

test('what is no path of ours is 404 in JSON, and what is no HTTP 400', async () => {
  const { origin } = new URL(router.url)
  for (const path of [
    '/nothing',
    '/graphql/',
    '/metrics',
    '/livez',
    '/%2e%2e/etc/passwd',
    '//graphql',
    '/constructor',
  ])
    assert.equal((await send(origin + path)).status, 404, path)
  const asterisk = request({ port: new URL(origin).port, method: 'OPTIONS', path: '*' }).end()
  const [response] = (await once(asterisk, 'response')) as [IncomingMessage]
  assert.equal(response.resume().statusCode, 404)
  const socket = connect(Number(new URL(origin).port), '127.0.0.1')
  socket.write('hello\r\n\r\n')
  assert.match(await text(socket), /^HTTP\/1\.1 400 .*"BAD_REQUEST"/s)
})

test('every answer forbids sniffing, framing and referrers', async () => {
  for (const { headers } of [await ask(router.url, '{ me { id } }'), await send(`${router.url}x`)]) {
    assert.equal(headers.get('x-content-type-options'), 'nosniff')
    assert.equal(headers.get('x-frame-options'), 'DENY')
    assert.equal(headers.get('referrer-policy'), 'no-referrer')
    assert.match(headers.get('content-security-policy') ?? '', /default-src 'none'/)
    assert.equal(headers.get('x-powered-by'), null)
  }
})
