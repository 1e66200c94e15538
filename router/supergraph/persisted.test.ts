import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { after, before, beforeEach, test } from 'node:test'
import type { Service } from '@puchi/platform/lifecycle'
import { ask, send } from '../../tests/harness/question.ts'
import { openReady } from '../../tests/harness/raw-socket.ts'
import { openSmallGraph, type SmallGraph } from '../../tests/harness/small-graph.ts'
import { startAnonymous } from '../../tests/harness/small-router.ts'
import { until } from '../../tests/harness/until.ts'

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
const listed = 'query Me($short: Boolean = false) { me { name karma @skip(if: $short) } }'
const hash = sha256(listed)
const apq = (text: string) => ({ extensions: { persistedQuery: { version: 1, sha256Hash: sha256(text) } } })

let graph: SmallGraph
let router: Service
let strict: Service
before(async () => {
  graph = await openSmallGraph()
  const file = `${graph.file}.manifest`
  const unfit = 'query Gone { nothing }'
  writeFileSync(file, JSON.stringify({ [hash]: listed, [sha256(unfit)]: unfit }))
  router = await startAnonymous(graph, { PERSISTED_DOCUMENTS_FILE: file })
  strict = await startAnonymous(graph, { PERSISTED_DOCUMENTS_FILE: file, ROUTER_SAFELIST: 'on' })
})
after(async () => {
  await Promise.all([router.close(), strict.close()])
  await graph.close()
})
beforeEach(() => graph.reset())

const metric = async (name: string, { adminUrl }: Service = router): Promise<number> => {
  const text = await (await fetch(`${adminUrl}/metrics`)).text()
  const line = text.split('\n').find((one) => one.startsWith(name))
  return Number(line?.split(' ').at(-1) ?? 0)
}
const me = { me: { name: 'Lan', karma: 10 } }

test('a published operation is compiled before the first request, and answered by either name', async () => {
  const forms = [{ documentId: hash }, { documentId: `sha256:${hash}` }, apq(listed), { query: listed }]
  for (const service of [router, strict]) {
    for (const form of forms) assert.deepEqual((await ask(service.url, form)).data, me)
    const short = await ask(service.url, { ...forms[0], variables: { short: true }, operationName: 'Me' })
    assert.deepEqual(short.data, { me: { name: 'Lan' } })
    assert.equal(await metric('graphql_lane_requests_total{lane="server"', service), 0)
  }
  const parameters = new URLSearchParams({ extensions: JSON.stringify(apq(listed).extensions) })
  const got = await send(`${router.url}?${parameters}`, { headers: { 'apollo-require-preflight': '1' } })
  assert.deepEqual(got.data, me)
})

test('over a socket, whose messages want a text, a document is named beside an empty one', async () => {
  const raw = await openReady(strict.url)
  for (const [id, form] of [{ documentId: hash }, apq(listed)].entries()) {
    raw.send({ type: 'subscribe', id: `${id}`, payload: { query: '', ...form } })
    await raw.hears('its end', (frame) => frame.id === `${id}` && frame.type === 'complete')
    assert.deepEqual(raw.results(`${id}`), [{ data: me }])
  }
  await raw.end()
  const open = await openReady(router.url)
  open.send({ type: 'subscribe', id: 'unknown', payload: { query: '', ...apq('{ me { mood } }') } })
  const { payload } = await open.hears('a refusal', ({ type }) => type === 'error')
  assert.equal(payload[0].extensions.code, 'PERSISTED_QUERY_NOT_FOUND')
  open.send({ type: 'subscribe', id: 'wrong', payload: { query: '', documentId: 7 } })
  assert.equal(await open.code(), 4400)
})

test('an unknown hash is asked for with its text once, over POST and GET, and then found', async () => {
  const query = '{ me { id name } }'
  const unknown = await ask(router.url, apq(query))
  assert.deepEqual([unknown.status, unknown.codes], [200, ['PERSISTED_QUERY_NOT_FOUND']])
  assert.deepEqual(
    [unknown.errors[0]?.message, unknown.headers.get('cache-control')],
    ['PersistedQueryNotFound', 'no-store'],
  )
  // GraphQL over HTTP, 6.4.2: without data no 2xx.
  const exact = await ask(router.url, apq(query), { accept: 'application/graphql-response+json' })
  assert.deepEqual([exact.status, exact.codes], [400, ['PERSISTED_QUERY_NOT_FOUND']])
  const parameters = new URLSearchParams({ extensions: JSON.stringify(apq(query).extensions) })
  const get = () => send(`${router.url}?${parameters}`, { headers: { 'apollo-require-preflight': '1' } })
  assert.deepEqual((await get()).codes, ['PERSISTED_QUERY_NOT_FOUND'])
  const told = await ask(router.url, { query, ...apq(query) })
  assert.deepEqual(told.data, { me: { id: '1', name: 'Lan' } })
  for (const found of [await ask(router.url, apq(query)), await get()]) assert.equal(found.text, told.text)
})

test('what is not valid, or not what its hash says, is never kept', async () => {
  const wrong = '{ me { nam } }'
  assert.deepEqual((await ask(router.url, { query: wrong, ...apq(wrong) })).codes, [
    'GRAPHQL_VALIDATION_FAILED',
  ])
  assert.deepEqual((await ask(router.url, apq(wrong))).codes, ['PERSISTED_QUERY_NOT_FOUND'])
  const other = '{ me { mood } }'
  const lie = await ask(router.url, { query: '{ everybody { id } }', ...apq(other) })
  assert.deepEqual([lie.status, lie.codes], [400, ['BAD_REQUEST']])
  assert.deepEqual((await ask(router.url, apq(other))).codes, ['PERSISTED_QUERY_NOT_FOUND'])
  for (const persistedQuery of [{ version: 2, sha256Hash: hash }, { version: 1 }, 7, null])
    assert.equal((await ask(router.url, { extensions: { persistedQuery } })).status, 400)
  assert.equal((await ask(router.url, { query: listed, documentId: hash })).status, 400)
})

test('G18 in safelist mode what is not published is PERSISTED_QUERY_REQUIRED, and nothing is fetched', async () => {
  const query = '{ me { name } }'
  for (const form of [{ query }, { query, ...apq(query) }, apq(query), { documentId: sha256(query) }, {}]) {
    const { status, codes } = await ask(strict.url, form)
    assert.deepEqual([status, codes], [400, ['PERSISTED_QUERY_REQUIRED']], JSON.stringify(form))
  }
  assert.equal(graph.calls().length, 0)
})

test('a new version of the supergraph knows the published operations before traffic sees it', async () => {
  graph.write(graph.grown())
  await until('the new version serves', async () => (await metric('supergraph_reloads_total', strict)) === 1)
  assert.deepEqual((await ask(strict.url, { documentId: hash })).data, me)
  assert.equal(await metric('graphql_lane_requests_total{lane="server"', strict), 0)
})
