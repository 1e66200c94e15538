import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Service } from '@puchi/platform/lifecycle'
import { getIntrospectionQuery } from 'graphql'
import { type Mint, openMint } from '../../tests/harness/mint.ts'
import { ask } from '../../tests/harness/question.ts'
import { openSmallGraph, type SmallGraph } from '../../tests/harness/small-graph.ts'
import { startAnonymous, startInStack } from '../../tests/harness/small-router.ts'
import { requestLimits } from './request-limits.ts'

let graph: SmallGraph
let mint: Mint
let stack: Service
let anonymous: Service
before(async () => {
  graph = await openSmallGraph()
  mint = await openMint()
  stack = await startInStack(graph, mint)
  anonymous = await startAnonymous(graph)
})
after(async () => {
  await Promise.all([stack.close(), anonymous.close()])
  await graph.close()
  await mint.close()
})

const many = (count: number, field: string) =>
  Array.from({ length: count }, (_, at) => `a${at}: ${field}`).join(' ')

test('G1 G2 G3 G7 what asks too much is 400 with its limit, no subgraph hears of it, and it is counted', async () => {
  const questions: Record<string, string> = {
    depth: '{'.repeat(10_000),
    aliases: `{ me { ${many(16, 'id')} } }`,
    rootFields: `{ ${'me { id } '.repeat(11)} }`,
    tokens: `{ me { ${'id '.repeat(1_000)} } }`,
    directives: `{ me { id ${'@include(if: true) '.repeat(51)} } }`,
    fragments: `{ me { ...f0 } } ${Array.from({ length: 30 }, (_, at) => `fragment f${at} on Person { ...f${at + 1} ...f${at + 1} }`).join(' ')} fragment f30 on Person { id }`,
  }
  for (const [limit, query] of Object.entries(questions)) {
    const { status, errors } = await ask(stack.url, query)
    assert.deepEqual(
      [status, errors[0]?.extensions['code'], errors[0]?.extensions['limit']],
      [400, 'LIMIT_EXCEEDED', limit],
    )
    assert(errors[0]?.extensions['requestId'])
  }
  assert.equal(graph.calls().length, 0)
  const metrics = await (await fetch(`${stack.adminUrl}/metrics`)).text()
  for (const limit of Object.keys(questions))
    assert.match(metrics, new RegExp(`router_limit_refusals_total\\{limit="${limit}"[^}]*\\} 1`))
})

test('G19 @defer, @stream and directives that nobody knows are 400, however many', async () => {
  graph.reset()
  const times = (many: number, text: string) =>
    Array.from({ length: many }, (_, at) => `${text}${at}`).join(' ')
  const floods: Record<string, string> = {
    '@defer': '{ me { ... @defer { name } } }',
    'forty @defer': `{ me { ${'... @defer { name } '.repeat(40)} } }`,
    'five hundred @defer': `{ me { ${'... @defer { name } '.repeat(500)} } }`,
    '@stream': '{ everybody @stream(initialCount: 1) { name } }',
    'forty @stream': `{ ${'everybody @stream { name } '.repeat(10)} me { ${'name @stream '.repeat(30)} } }`,
    'forty unknown': `{ me { name ${times(40, '@made')} } }`,
    'three thousand unknown': `{ me { name ${times(3_000, '@made')} } }`,
    'unknown on the operation': `query ${times(40, '@made')} { me { name } }`,
    'one a hundred times': `{ me { name ${'@skip(if: false) '.repeat(100)} } }`,
  }
  for (const [what, query] of Object.entries(floods)) {
    const began = process.threadCpuUsage()
    const { status, codes, text } = await ask(stack.url, query)
    const { user, system } = process.threadCpuUsage(began)
    assert.equal(status, 400, what)
    assert(['LIMIT_EXCEEDED', 'GRAPHQL_VALIDATION_FAILED'].includes(codes[0] ?? ''), `${what}: ${codes[0]}`)
    assert(text.length < 20_000, `${what}: an answer of ${text.length} characters`)
    assert((user + system) / 1_000 < 100, `${what} took ${(user + system) / 1_000} ms`)
  }
  assert.equal(graph.calls().length, 0)
})

test('of thousands of wrong values in a variable the first five are told, each time', async () => {
  const query = 'query ($v: [Int!]) { echo(value: { a: $v }) }'
  for (const { url } of [stack, anonymous, stack, anonymous]) {
    const variables = { v: Array.from({ length: 15_000 }, () => [1]) }
    const { status, codes, text } = await ask(url, { query, variables })
    assert.deepEqual([status, new Set(codes)], [400, new Set(['BAD_USER_INPUT'])])
    assert(codes.length <= 6 && text.length < 5_000, `${codes.length} errors, ${text.length} characters`)
  }
})

test('what passed once is judged by its variables each time', async () => {
  const query = 'query ($v: JSON) { echo(value: $v) }'
  for (const { size, status } of [
    { size: 10, status: 200 },
    { size: 66_000, status: 400 },
    { size: 60_000, status: 200 },
  ])
    assert.equal((await ask(stack.url, { query, variables: { v: 'x'.repeat(size) } })).status, status)
})

test('of short texts no more are remembered than of long ones: each holds a document', () => {
  let judged = 0
  const operation = () => {
    judged += 1
    return () => {}
  }
  const admit = requestLimits({ text: () => {}, operation }, { of: () => undefined })
  const texts = Array.from({ length: 5_000 }, (_, at) => `{a${at}}`)
  for (const query of texts) admit({ query })
  admit({ query: texts.at(-1) ?? '' })
  assert.equal(judged, texts.length)
  for (const query of texts.slice(0, 4_000)) admit({ query })
  assert.equal(judged, texts.length + 4_000)
})

test('limits are settings: a router may be told others', async () => {
  const tight = await startInStack(graph, mint, { LIMIT_ALIASES: '1', LIMIT_BODY_BYTES: '200' })
  assert.equal((await ask(tight.url, '{ a: me { id } }')).status, 200)
  assert.equal((await ask(tight.url, '{ a: me { b: id } }')).status, 400)
  assert.equal((await ask(tight.url, `{ me { id } } #${'x'.repeat(200)}`)).status, 413)
  await tight.close()
})

test('a router of any supergraph lets pass what Puchi refuses, the explorers whole introspection too', async () => {
  const query = `{ ${many(40, 'me { id name karma }')} }`
  assert.equal((await ask(stack.url, query)).status, 400)
  assert.equal((await ask(anonymous.url, query)).status, 200)
  for (const { url } of [stack, anonymous])
    assert.equal((await ask(url, getIntrospectionQuery({ inputValueDeprecation: true }))).status, 200)
})
