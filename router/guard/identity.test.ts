import assert from 'node:assert/strict'
import { request } from 'node:http'
import { text } from 'node:stream/consumers'
import { beforeEach, test } from 'node:test'
import { headerNames, signedCaller } from '@puchi/platform/identity/signature'
import { bareViewer } from '@puchi/platform/identity/viewer'
import { generateKeyPair } from 'jose'
import { type Coin, openMint } from '../../tests/harness/mint.ts'
import { ask } from '../../tests/harness/question.ts'
import { openSmallGraph } from '../../tests/harness/small-graph.ts'
import { routerSecret, stackOver, startAnonymous, startInStack } from '../../tests/harness/small-router.ts'

const { graph, mint, router } = await stackOver(openSmallGraph)
beforeEach(() => graph.reset())

const query = '{ me { name karma } }'
const bearer = (token: string) => ({ authorization: `Bearer ${token}` })

/** Whom the subgraphs were told that the last request speaks for. */
const introduced = () =>
  graph.calls().map(({ headers, path, body }) => {
    assert.equal(headers['authorization'], undefined)
    return signedCaller([routerSecret], { headers, path, body: Buffer.from(body) })?.viewer
  })

test('a verified viewer is signed for every subgraph, and nobody for an anonymous visitor', async () => {
  const lan = bareViewer({ userId: 'user_lan', sessionId: 'sess_lan' })
  assert.equal((await ask(router.url, query, bearer(await mint.token()))).status, 200)
  assert.deepEqual(introduced(), [lan, lan])
  graph.reset()
  assert.equal((await ask(router.url, query)).status, 200)
  assert.equal((await ask(router.url, query, { authorization: '' })).status, 200)
  assert.deepEqual(introduced(), [null, null, null, null])
})

test('A1 A2 A3 A4 A5 a bad token is 401, never silently anonymous, and no subgraph hears of it', async () => {
  const foreign = await openMint()
  const { privateKey } = await generateKeyPair('RS256')
  const none = Buffer.from('{"alg":"none"}').toString('base64url')
  const [, payload = ''] = (await mint.token()).split('.')
  const past = Date.now() - 70_000
  const coins: Coin[] = [
    { key: privateKey },
    { key: privateKey, header: { jku: foreign.jwksUrl, x5u: foreign.url } },
    { now: past },
    { claims: { exp: past / 1000 + 10_000 } },
    { claims: { azp: 'https://evil.example' } },
    { claims: { iss: 'https://evil.example' } },
    { claims: { sid: undefined } },
    { claims: { sts: 'pending' } },
    { claims: { aud: 'x' } },
    { header: { cat: 'cl_B7d4PD222AAA' } },
  ]
  const tokens = [
    `${none}.${payload}.`,
    'x',
    'a.b.c',
    ...(await Promise.all(coins.map((coin) => mint.token(coin)))),
  ]
  const refusals = [...tokens.map(bearer), { authorization: 'Basic YTpi' }, { authorization: 'Bearer' }]
  for (const headers of refusals) {
    const { status, codes, errors, headers: answered } = await ask(router.url, query, headers)
    assert.deepEqual([status, codes], [401, ['UNAUTHENTICATED']], headers.authorization)
    assert.equal(errors[0]?.extensions['requestId'], answered.get('x-request-id'))
    assert.match(answered.get('www-authenticate') ?? '', /^Bearer/)
  }
  assert.equal(graph.calls().length, 0)
  assert.equal(foreign.fetches(), 0)
  await foreign.close()
})

/** Sends headers as they are, twice ones among them. */
const raw = (headers: string[]): Promise<{ status: number | undefined; body: string }> =>
  new Promise((resolve, reject) => {
    const sent = request(router.url, {
      method: 'POST',
      headers: ['host', 'localhost', ...headers, 'content-type', 'application/json'],
    })
    sent.on('error', reject)
    sent.on('response', async (response) =>
      resolve({ status: response.statusCode, body: await text(response) }),
    )
    sent.end(JSON.stringify({ query }))
  })

test('A9 two Authorization headers are 401, whichever is good; a token over 8 KiB too', async () => {
  const good = `Bearer ${await mint.token()}`
  for (const pair of [
    [good, good],
    [good, 'Bearer x'],
    ['', good],
  ])
    assert.equal((await raw(pair.flatMap((value) => ['authorization', value]))).status, 401)
  const { status } = await ask(router.url, query, bearer(`${'x'.repeat(12_000)}.y.z`))
  assert.equal(status, 401)
  assert.equal(graph.calls().length, 0)
})

test("A10 no identity header of a client changes who it is, with the subgraphs' own names least of all", async () => {
  const spoofed = {
    'x-user-id': 'user_admin',
    'x-user-roles': 'admin',
    'x-userinfo': 'e30=',
    'x-id-token': 'x',
    'x-access-token': 'x',
    'x-forwarded-user': 'user_admin',
    'x-forwarded-for': '127.0.0.1',
    'router-credential': 'c'.repeat(40),
    [headerNames.caller]: Buffer.from('{"userId":"user_admin"}').toString('base64url'),
    [headerNames.time]: '1',
    [headerNames.signature]: 'x',
  }
  await ask(router.url, query, spoofed)
  assert.deepEqual(introduced(), [null, null])
  for (const { headers } of graph.calls())
    for (const name of Object.keys(spoofed).slice(0, -3)) assert.equal(headers[name], undefined, name)
  graph.reset()
  await ask(router.url, query, { ...spoofed, ...bearer(await mint.token()) })
  assert.deepEqual(
    introduced().map((viewer) => viewer?.userId),
    ['user_lan', 'user_lan'],
  )
})

test('in --anonymous mode Authorization goes on as it came, and nothing is signed', async () => {
  const anonymous = await startAnonymous(graph)
  for (const authorization of ['Bearer not-a-token', 'Basic YTpi']) {
    graph.reset()
    assert.equal((await ask(anonymous.url, query, { authorization, 'x-user-id': 'a' })).status, 200)
    for (const { headers } of graph.calls()) {
      assert.equal(headers.authorization, authorization)
      assert.equal(headers[headerNames.signature], undefined)
      assert.equal(headers['x-user-id'], undefined)
    }
  }
  await anonymous.close()
})

test('--forward-header: what is named goes on too, and who sends another value shares no fetch', async () => {
  const anonymous = await startAnonymous(graph, {}, { forwardHeaders: ['cookie', 'x-tenant'] })
  const sent = [
    { cookie: 'a=1', 'x-tenant': 'one' },
    { cookie: 'a=1', 'x-tenant': 'two' },
    { cookie: 'a=2', 'x-tenant': 'one' },
  ]
  // None is answered before all have come: equal fetches would have become one.
  const { promise: all, resolve: come } = Promise.withResolvers<void>()
  graph.reviews.behave = async (response) => {
    if (graph.reviews.calls.length === sent.length) come()
    await all
    response.end('{"data":{"newest":[]}}')
  }
  const asked = sent.map((headers) =>
    ask(anonymous.url, '{ newest { text } }', { ...headers, 'x-user-id': 'a' }),
  )
  for (const { status } of await Promise.all(asked)) assert.equal(status, 200)
  const heard = graph.reviews.calls.map(({ headers }) => [
    headers.cookie,
    headers['x-tenant'],
    headers['x-user-id'],
  ])
  assert.deepEqual(
    heard.toSorted(),
    sent.map((one) => [one.cookie, one['x-tenant'], undefined]),
  )
  graph.reset()
  await anonymous.close()
})

test('A7 without the keys of the issuer a token is 503, and anonymous visitors are served', async () => {
  const gone = await openMint()
  const blind = await startInStack(graph, gone)
  const token = await gone.token()
  await gone.close()
  const { status, codes, headers } = await ask(blind.url, query, bearer(token))
  assert.deepEqual([status, codes, headers.get('retry-after')], [503, ['SERVICE_UNAVAILABLE'], '3'])
  assert.equal((await ask(blind.url, query)).status, 200)
  await blind.close()
})

test('with CLERK_JWT_KEY a token is good although the issuer was never reachable, and a foreign one is 401', async () => {
  const gone = await openMint()
  const [token, pem] = [await gone.token(), await gone.publicPem()]
  const { privateKey } = await generateKeyPair('RS256')
  const forged = await gone.token({ key: privateKey })
  const sure = await startInStack(graph, gone, { CLERK_JWT_KEY: pem })
  await gone.close()
  assert.equal((await ask(sure.url, query, bearer(token))).status, 200)
  assert.deepEqual(
    introduced().map((viewer) => viewer?.userId),
    ['user_lan', 'user_lan'],
  )
  assert.equal((await ask(sure.url, query, bearer(forged))).status, 401)
  assert.equal(gone.fetches(), 0)
  await sure.close()
})
