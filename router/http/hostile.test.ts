import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { openSmallGraph } from '../../tests/harness/small-graph.ts'
import { anonymousOver } from '../../tests/harness/small-router.ts'

const { graph, router } = await anonymousOver(openSmallGraph)
const port = Number(new URL(router.url).port)

type Answered = { status: number; headers: string; body: string }

/** Sends bytes, and reads as many answers as are expected; a connection that is closed ends the wait. */
async function exchange(bytes: string | Buffer, expected = 1): Promise<Answered[]> {
  const socket = connect(port, '127.0.0.1')
  socket.write(bytes)
  let text = ''
  for await (const chunk of socket) {
    text += chunk
    if (whole(text).length >= expected && whole(text).every(({ body }) => body !== '\0')) break
  }
  socket.destroy()
  return whole(text)
}

/** The answers of a connection; a body that is not all there is "\0". */
function whole(text: string): Answered[] {
  return text.split(/(?=HTTP\/1\.1 \d{3} )/).map((one) => {
    const [headers = '', ...rest] = one.split('\r\n\r\n')
    const length = Number(/^content-length: (\d+)/im.exec(headers)?.[1] ?? 0)
    const body = rest.join('\r\n\r\n')
    const status = Number(headers.slice(9, 12))
    return { status, headers, body: Buffer.byteLength(body) < length ? '\0' : body }
  })
}

const me = '{"query":"{ me { name } }"}'
const lan = '{"data":{"me":{"name":"Lan"}}}'

function post(body: string | Buffer, headers: string[] = [], line = 'POST /graphql HTTP/1.1'): Buffer {
  const type = headers.some((one) => one.startsWith('content-type')) ? [] : ['content-type: application/json']
  const length = headers.some((one) => /^(content-length|transfer)/.test(one))
    ? []
    : [`content-length: ${Buffer.byteLength(body)}`]
  const head = [line, 'host: puchi', ...type, ...length, ...headers].join('\r\n')
  return Buffer.concat([Buffer.from(`${head}\r\n\r\n`), Buffer.from(body)])
}
const chunked = `${me.length.toString(16)}\r\n${me}\r\n0\r\n\r\n`
const get = (query: string, rest: string[] = ['apollo-require-preflight: 1'], method = 'GET') =>
  `${[`${method} /graphql?query=${query} HTTP/1.1`, 'host: puchi', ...rest].join('\r\n')}\r\n\r\n`

const one = async (bytes: string | Buffer): Promise<Answered> => {
  const [answer] = await exchange(bytes)
  assert(answer)
  return answer
}
const codeOf = ({ body }: Answered): string => JSON.parse(body).errors[0].extensions.code

const refused: [what: string, bytes: string | Buffer, status: number, code: string][] = [
  ['two lengths', post(me, [`content-length: ${me.length}`, 'content-length: 5']), 400, 'BAD_REQUEST'],
  ['one length twice', post(me, Array(2).fill(`content-length: ${me.length}`)), 400, 'BAD_REQUEST'],
  ['a list of lengths', post(me, [`content-length: ${me.length}, ${me.length}`]), 400, 'BAD_REQUEST'],
  ['a negative length', post(me, ['content-length: -1']), 400, 'BAD_REQUEST'],
  [
    'a length and chunks',
    post(chunked, ['content-length: 5', 'transfer-encoding: chunked']),
    400,
    'BAD_REQUEST',
  ],
  ['a zipped transfer', post(chunked, ['transfer-encoding: gzip, chunked']), 400, 'BAD_REQUEST'],
  [
    'a chunk’s endless extension',
    post(`1;${'x'.repeat(20_000)}`, ['transfer-encoding: chunked']),
    400,
    'BAD_REQUEST',
  ],
  ['two hosts', post(me, ['host: other']), 400, 'BAD_REQUEST'],
  ['no host', 'GET /graphql HTTP/1.1\r\n\r\n', 400, 'BAD_REQUEST'],
  [
    'a host that is no name',
    post(me).toString().replace('host: puchi', 'host: puchi/graphql'),
    400,
    'BAD_REQUEST',
  ],
  ['an empty host', post(me).toString().replace('host: puchi', 'host:'), 400, 'BAD_REQUEST'],
  ['HTTP/0.9', 'GET /healthz\r\nhost: puchi\r\n\r\n', 400, 'BAD_REQUEST'],
  ['HTTP/2 in the words of HTTP/1', post(me, [], 'POST /graphql HTTP/2.0'), 400, 'BAD_REQUEST'],
  [
    'chunks over HTTP/1.0',
    post(chunked, ['transfer-encoding: chunked'], 'POST /graphql HTTP/1.0'),
    400,
    'BAD_REQUEST',
  ],
  ['two types', post(me, ['content-type: application/json', 'content-type: text/plain']), 400, 'BAD_REQUEST'],
  ['a folded header', post(me, ['x-a: b', ' c']), 400, 'BAD_REQUEST'],
  ['a space before a colon', post(me, ['x-a : b']), 400, 'BAD_REQUEST'],
  ['a NUL in a header', post(me, ['x-a: b\0c']), 400, 'BAD_REQUEST'],
  ['lines that end in LF alone', post(me).toString().replaceAll('\r\n', '\n'), 400, 'BAD_REQUEST'],
  ['two thousand headers', post(me, Array(2_000).fill('x-a: 1')), 431, 'HEADERS_TOO_LARGE'],
  ['a URL of 20 KB', get(`{me{name}}%23${'x'.repeat(20_000)}`), 431, 'HEADERS_TOO_LARGE'],
  ['HTTP/2 without asking', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400, 'BAD_REQUEST'],
  ['an unknown method', get('{me{name}}', [], 'BREW'), 400, 'BAD_REQUEST'],
  ['PUT', post(me, [], 'PUT /graphql HTTP/1.1'), 405, 'METHOD_NOT_ALLOWED'],
  ['TRACE', get('{me{name}}', ['apollo-require-preflight: 1'], 'TRACE'), 405, 'METHOD_NOT_ALLOWED'],
  ['TRACE of what is only read', 'TRACE /healthz HTTP/1.1\r\nhost: puchi\r\n\r\n', 405, 'METHOD_NOT_ALLOWED'],
  ['a GET that mutates', get('mutation{rename(name:"x"){id}}'), 405, 'METHOD_NOT_ALLOWED'],
  ['a GET that browsers send unasked', get('{me{name}}', []), 400, 'BAD_REQUEST'],
  [
    'UTF-16',
    post(Buffer.from(me, 'utf16le'), ['content-type: application/json; charset=utf-16']),
    415,
    'UNSUPPORTED_MEDIA_TYPE',
  ],
  ['gzip', post(gzipSync(me), ['content-encoding: gzip']), 415, 'UNSUPPORTED_MEDIA_TYPE'],
  [
    'a bomb of gzip',
    post(gzipSync(Buffer.alloc(50_000_000)), ['content-encoding: gzip']),
    415,
    'UNSUPPORTED_MEDIA_TYPE',
  ],
  [
    'bytes that are no UTF-8',
    post(Buffer.concat([Buffer.from('{"query":"'), Buffer.from([0xff, 0xfe, 0x22, 0x7d])])),
    400,
    'BAD_REQUEST',
  ],
  ['a body that is promised to be too long', post('', ['content-length: 300000']), 413, 'PAYLOAD_TOO_LARGE'],
  ['an array', post(`[${me}]`), 400, 'BATCHING_DISABLED'],
  ['a hundred thousand brackets', post('['.repeat(100_000) + ']'.repeat(100_000)), 400, 'BATCHING_DISABLED'],
  ['null for a query', post('{"query":null}'), 400, 'BAD_REQUEST'],
  ['a number for a query', post('{"query":1}'), 400, 'BAD_REQUEST'],
  ['a query below __proto__', post('{"__proto__":{"query":"{ me { name } }"}}'), 400, 'BAD_REQUEST'],
  ['a list for a query, that is its own text', post('{"query":["{ me { name } }"]}'), 400, 'BAD_REQUEST'],
  ['variables as text', post('{"query":"{ me { name } }","variables":"{}"}'), 400, 'BAD_REQUEST'],
  ['variables as a list', post('{"query":"{ me { name } }","variables":[]}'), 400, 'BAD_REQUEST'],
  ['extensions as text', post('{"query":"{ me { name } }","extensions":"{}"}'), 400, 'BAD_REQUEST'],
  [
    'an operation that is not there',
    post('{"query":"query A { me { name } }","operationName":"B"}'),
    400,
    'OPERATION_RESOLUTION_FAILURE',
  ],
  [
    'an operation without a name, by the name ""',
    post('{"query":"{ me { name } }","operationName":""}'),
    400,
    'OPERATION_RESOLUTION_FAILURE',
  ],
  [
    'two operations and no name',
    post('{"query":"query A { me { name } } query B { me { id } }"}'),
    400,
    'OPERATION_RESOLUTION_FAILURE',
  ],
  ['a NUL in a query', post('{"query":"{ me { name } } \\u0000"}'), 400, 'GRAPHQL_PARSE_FAILED'],
  ['no acceptable type', post(me, ['accept: text/html']), 406, 'NOT_ACCEPTABLE'],
]

const always = [
  /^x-content-type-options: nosniff/im,
  /^x-frame-options: DENY/im,
  /^referrer-policy: no-referrer/im,
  /^content-security-policy: default-src 'none'; frame-ancestors 'none'/im,
  /^cache-control: no-store/im,
  /^x-request-id: [\w-]{36}/im,
]

for (const [what, bytes, status, code] of refused)
  test(`G11 ${what}: ${status} ${code}, in JSON, and no subgraph is asked`, async () => {
    graph.reset()
    const answer = await one(bytes)
    assert.deepEqual([answer.status, codeOf(answer)], [status, code], answer.body)
    assert.match(answer.headers, /content-type: application\/json/i)
    assert(!/node_modules|at \w+ \(/.test(answer.body))
    assert.equal(graph.calls().length, 0)
    for (const kept of always) assert.match(answer.headers, kept)
  })

const answered: [what: string, bytes: string | Buffer][] = [
  ['HTTP/1.0', post(me, [], 'POST /graphql HTTP/1.0')],
  ['a target with its host', post(me, [], 'POST http://puchi/graphql HTTP/1.1')],
  ['no encoding, in capitals', post(me, ['content-encoding: IDENTITY'])],
  ['a byte order mark', post(`\ufeff${me}`)],
  ['a key twice, of which the last counts', post('{"query":"{ secret }","query":"{ me { name } }"}')],
  ['a URL of 8 KiB', get(`{me{name}}%23${'x'.repeat(8_000)}`)],
  [
    'chunks with trailers',
    post(chunked.replace(/\r\n$/, 'authorization: Bearer x\r\n\r\n'), ['transfer-encoding: chunked']),
  ],
  [
    'an offer of HTTP/2',
    post(me, ['connection: upgrade, http2-settings', 'upgrade: h2c', 'http2-settings: AAMAAABkAAQAAP__']),
  ],
  ['an expectation that nobody knows', post(me, ['expect: the-unexpected'])],
  ['an accept header of 12 KB', post(me, [`accept: ${'a/b,'.repeat(3_000)}*/*`])],
]
for (const [what, bytes] of answered)
  test(`${what} is answered as any other request`, async () => {
    const { status, body } = await one(bytes)
    assert.deepEqual([status, body], [200, lan])
  })

test('requests that come at once are answered in their order; what was refused leaves nothing behind', async () => {
  const minh = '{"query":"{ person(id: 2) { name } }"}'
  const line = [
    post(me),
    post(minh),
    post(me, ['content-type: text/plain']),
    post(minh),
    post('x'.repeat(300_000)),
    post(me),
  ]
  const answers = await exchange(Buffer.concat(line), line.length)
  assert.deepEqual(
    answers.map(({ status }) => status),
    [200, 200, 415, 200, 413, 200],
  )
  assert.match(answers[3]?.body ?? '', /Minh/)
  assert.equal(answers[5]?.body, lan)
})

test('nothing is read after what two readers may take for two different things', async () => {
  const zipped = post(chunked, ['transfer-encoding: gzip, chunked'])
  for (const doubtful of [post(me, ['host: other']), zipped]) {
    const answers = await exchange(Buffer.concat([doubtful, post(me)]), 2)
    assert.deepEqual(
      answers.map(({ status }) => status),
      [400],
    )
    assert.match(answers[0]?.headers ?? '', /^connection: close/im)
  }
})

test('a path that only becomes one of ours when it is tidied up is none', async () => {
  const paths = [
    '/x/../graphql',
    '/x/%2e%2e/graphql',
    '/x\\..\\graphql',
    '/./graphql',
    '/graphql#x',
    'http://puchi/x/../graphql',
  ]
  for (const path of paths) assert.equal((await one(post(me, [], `POST ${path} HTTP/1.1`))).status, 404, path)
})

test('a document is told its first five faults, not one for each directive', async () => {
  const { status, body } = await one(post(JSON.stringify({ query: `{ me { name ${'@aa '.repeat(400)} } }` })))
  assert.deepEqual([status, JSON.parse(body).errors.length], [400, 5])
})

test('HEAD and OPTIONS have no body', async () => {
  const head = await one(get('{me{name}}', ['connection: close'], 'HEAD'))
  assert.equal(head.status, 405)
  const options = await one(get('{me{name}}', [], 'OPTIONS'))
  assert.deepEqual([options.status, options.body], [204, ''])
  assert.match(options.headers, /^allow: GET, POST, OPTIONS/im)
})
