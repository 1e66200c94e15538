import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { bodyOf, headerNames, signedCaller } from '@puchi/platform/identity/signature'
import { createLog } from '@puchi/platform/log'
import { createTelemetry } from '@puchi/platform/telemetry'
import { roleRevoked, sessionRevoked } from '@puchi/schema/events'
import { encode } from '@puchi/schema/events/envelope'
import { openLiveGraph } from '../../tests/harness/live-graph.ts'
import { type Frame, openRaw, openReady, type RawSocket } from '../../tests/harness/raw-socket.ts'
import { routerSecret, stackOver, startInStack } from '../../tests/harness/small-router.ts'
import { until } from '../../tests/harness/until.ts'

const { graph, mint, router } = await stackOver(openLiveGraph)

async function signedIn(claims: Record<string, unknown> = {}): Promise<RawSocket> {
  const raw = await openRaw(router.url)
  await raw.init({ authorization: `Bearer ${await mint.token({ claims })}` })
  return raw
}
const mine = 'subscription { mine { goals secret } }'
const callerOf = (headers: unknown, body: string) =>
  signedCaller([routerSecret], {
    headers: headers as Record<string, string>,
    path: '/graphql',
    body: Buffer.from(body),
  })

test('the router proves itself once a socket, and signs the viewer with every subscription', async () => {
  const raw = await signedIn()
  raw.subscribe('1', 'subscription S($size: Int) { mine(size: $size) { goals secret } }', { size: 7 })
  await until('the subgraph is subscribed', () => graph.listeners() === 1)
  const { connectionParams, payload } = graph.subscribes.at(-1) ?? assert.fail()
  assert.equal(callerOf(connectionParams, '')?.viewer, null)
  const { headers } = payload.extensions as { headers: Record<string, string> }
  assert.equal(callerOf(headers, bodyOf(payload))?.viewer?.userId, 'user_lan')
  assert.equal(callerOf({ ...headers, [headerNames.time]: '1' }, bodyOf(payload)), undefined)
  assert.deepEqual(Object.values(payload.variables ?? {}), [7])
  assert.equal(callerOf(headers, bodyOf({ ...payload, variables: {} })), undefined)
  graph.score()
  const { payload: event } = await raw.hears('the goal', ({ type }) => type === 'next')
  assert.equal(event.data.mine.secret, 'hunter2')
  await raw.end()
})

test('W1 a bad token is 4403 within a second, no token sees what is public', async () => {
  for (const authorization of ['Bearer x', 'Basic YTpi', 7]) {
    const raw = await openRaw(router.url)
    raw.send({ type: 'connection_init', payload: { authorization } })
    assert.equal(await raw.code(1_000), 4403, String(authorization))
  }
  const raw = await openReady(router.url, { headers: { authorization: `Bearer ${await mint.token()}` } })
  raw.subscribe('1', mine)
  const { payload } = await raw.hears('an error', ({ type }) => type === 'error')
  assert.equal(payload[0].extensions.code, 'UNAUTHENTICATED')
  await raw.end()
})

test('W2 a token that ends closes its socket with 4403 within 5 s, and nothing is heard after', async () => {
  const exp = Math.floor(Date.now() / 1000) + 2
  const raw = await signedIn({ exp })
  raw.subscribe('1', mine)
  await until('the subgraph is subscribed', () => graph.listeners() === 1)
  assert.equal(await raw.code(), 4403)
  const late = Date.now() - exp * 1_000
  assert(late >= 0 && late < 5_000, `${late} ms after its end`)
  await until('the subgraph is left', () => graph.listeners() === 0)
})

test('W3 the sixth socket of a user is 4429, and another user comes in', async () => {
  const raws = [await signedIn(), await signedIn(), await signedIn(), await signedIn(), await signedIn()]
  const sixth = await openRaw(router.url)
  sixth.send({ type: 'connection_init', payload: { authorization: `Bearer ${await mint.token()}` } })
  assert.equal(await sixth.code(), 4429)
  raws.push(await signedIn({ sub: 'user_minh', sid: 'sess_minh' }))
  for (const raw of raws) await raw.end()
})

test('W3 of sockets and streams without a user an address has its number, as trusted proxies tell it; users have theirs', async () => {
  const settings = { LIVE_PER_ADDRESS: '2', TRUSTED_PROXIES: '127.0.0.1' }
  const small = await startInStack(graph, mint, settings)
  const from = (ip: string) => ({ 'x-forwarded-for': ip })
  const nobody = async (ip: string) => {
    const raw = await openRaw(small.url, { headers: from(ip) })
    raw.send({ type: 'connection_init' })
    return raw
  }
  const stream = () =>
    fetch(`${small.url}/stream`, {
      method: 'POST',
      headers: { ...from('203.0.113.1'), accept: 'text/event-stream', 'content-type': 'application/json' },
      body: JSON.stringify({ query: '{ __typename }' }),
    })
  const acknowledged = ({ type }: Frame) => type === 'connection_ack'
  const first = [await nobody('203.0.113.1'), await nobody('203.0.113.1')]
  for (const raw of first) await raw.hears('that it may stay', acknowledged)
  const third = await nobody('203.0.113.1')
  assert.equal(await third.code(), 4429)
  assert.equal(third.closed()?.reason, 'Too many sockets of one address')
  const refused = await stream()
  assert.deepEqual([refused.status, refused.headers.get('retry-after')], [429, '5'])
  assert.match(await refused.text(), /RATE_LIMITED/)
  const elsewhere = await nobody('203.0.113.2')
  await elsewhere.hears('that it may stay', acknowledged)
  const user = await openRaw(small.url, { headers: from('203.0.113.1') })
  await user.init({ authorization: `Bearer ${await mint.token()}` })
  await first[0]?.end()
  await until('there is room again', async () => (await stream()).status === 200)
  const metrics = await (await fetch(`${small.adminUrl}/metrics`)).text()
  assert.match(metrics, /live_refusals_total\{.*bound="address".*\} [1-9]/)
  for (const raw of [...first, elsewhere, user]) raw.socket.terminate()
  await small.close()
})

test('W8 nobody hears what another viewer is sent: each has a subscription of his own upstream', async () => {
  const lan = await signedIn()
  const minh = await signedIn({ sub: 'user_minh', sid: 'sess_minh' })
  const nobody = await openReady(router.url)
  const before = graph.subscribes.length
  for (const raw of [lan, minh, nobody]) raw.subscribe('1', 'subscription { plain { goals secret } }')
  await until('all are subscribed', () => graph.listeners() === 3)
  const asked = graph.subscribes.slice(before).map(({ payload }) => {
    const { headers } = payload.extensions as { headers: Record<string, string> }
    return [callerOf(headers, bodyOf(payload))?.viewer?.userId, payload.query.includes('secret')]
  })
  assert.deepEqual(asked.sort(), [
    [undefined, false],
    ['user_lan', true],
    ['user_minh', true],
  ])
  for (const raw of [lan, minh, nobody]) await raw.end()
})

test('W8 what is public is executed once for everyone, as nobody; what a viewer may have more is fetched for it alone', async () => {
  const lan = await signedIn()
  const minh = await signedIn({ sub: 'user_minh', sid: 'sess_minh' })
  const nobody = await openReady(router.url)
  const all = [lan, minh, nobody]
  for (const raw of all) raw.subscribe('1', 'subscription { plain { goals scorer { name } } }')
  await until('the subgraph is subscribed', () => graph.listeners() === 1)
  for (const raw of all) {
    raw.subscribe('2', '{ __typename }')
    await raw.hears('that it is asked', ({ id, type }) => id === '2' && type === 'complete')
  }
  assert.equal(graph.listeners(), 1)
  const viewersOf = () =>
    graph.players.calls.map(
      ({ headers, body }) =>
        signedCaller([routerSecret], { headers, path: '/graphql', body: Buffer.from(body) })?.viewer?.userId,
    )
  graph.players.calls.length = 0
  graph.score()
  for (const raw of all) await raw.hears('the goal', ({ id, type }) => id === '1' && type === 'next')
  assert.deepEqual(viewersOf(), [undefined])
  for (const raw of [lan, minh]) raw.subscribe('3', 'subscription { plain { secret scorer { name } } }')
  await until('both are subscribed', () => graph.listeners() === 3)
  graph.players.calls.length = 0
  graph.score()
  for (const raw of [lan, minh]) await raw.hears('a goal', ({ id, type }) => id === '3' && type === 'next')
  assert.deepEqual(viewersOf().sort(), ['user_lan', 'user_minh', undefined])
  for (const raw of all) await raw.end()
})

test('W8 of ten thousand events of fifty viewers each hears what is its own, and nothing else', async () => {
  const all = await Promise.all(
    Array.from({ length: 50 }, async (_, i) => ({
      userId: `user_w8_${i}`,
      raw: await signedIn({ sub: `user_w8_${i}`, sid: `sess_w8_${i}` }),
    })),
  )
  for (const { raw } of all) raw.subscribe('1', 'subscription { mine { version whose scorer { name } } }')
  await until('all are subscribed', () => graph.listeners() === 50)
  const first = graph.score().version
  for (let n = 1; n < 200; n += 1) {
    await until('all have heard the last', () => all.every(({ raw }) => raw.results('1').length === n))
    graph.score()
  }
  await until('all have heard all', () => all.every(({ raw }) => raw.results('1').length === 200))
  for (const { userId, raw } of all) {
    for (const [n, { data }] of raw.results('1').entries())
      assert.deepEqual(data, {
        mine: { version: first + n, whose: userId, scorer: { name: `Player p${first + n}` } },
      })
    await raw.end()
  }
})

/** Lets auth tell of something. */
async function told(kind: Parameters<typeof encode>[0], data: object): Promise<void> {
  const parts = { log: createLog('auth', 'silent'), telemetry: createTelemetry('auth') }
  const auth = await router.connect({ service: 'auth', consumes: [], url: 'in-process', ...parts })
  const id = randomUUID()
  const about = {
    id,
    occurredAt: new Date().toISOString(),
    correlationId: id,
    actor: null,
    aggregate: { id: 'user_lan', version: 1 },
  }
  await auth.publish({ id, key: kind.key, body: Buffer.from(encode(kind, about, data as never)) })
  await auth.close()
}

test('A16 a session that auth revokes loses its socket with 4403 within 5 s, other sessions keep theirs', async () => {
  const phone = await signedIn({ sid: 'sess_phone' })
  const laptop = await signedIn({ sid: 'sess_laptop' })
  await told(sessionRevoked, { userId: 'user_lan', sessionId: 'sess_phone' })
  assert.equal(await phone.code(5_000), 4403)
  assert.equal(laptop.closed(), undefined)
  await laptop.end()
})

test('A16 a user whose role auth revokes loses every socket with 4403 within 5 s, and comes back with the rest', async () => {
  const lan = [await signedIn({ sid: 'sess_one' }), await signedIn({ sid: 'sess_two' })]
  const minh = await signedIn({ sub: 'user_minh', sid: 'sess_minh' })
  await told(roleRevoked, { userId: 'user_lan', role: 'teacher', permissionVersion: 2 })
  for (const raw of lan) assert.equal(await raw.code(5_000), 4403)
  const back = await signedIn({ sid: 'sess_one' })
  const exp = Math.floor(Date.now() / 1000) + 2
  const witness = await signedIn({ sub: 'user_witness', sid: 'sess_witness', exp })
  assert.equal(await witness.code(), 4403) // so the router has looked again for those who may not stay
  assert.equal(back.closed(), undefined)
  assert.equal(minh.closed(), undefined)
  await back.end()
  await minh.end()
})
