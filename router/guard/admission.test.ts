import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Service } from '@puchi/platform/lifecycle'
import { getIntrospectionQuery } from 'graphql'
import { type Mint, openMint } from '../../tests/harness/mint.ts'
import { ask } from '../../tests/harness/question.ts'
import { openSmallGraph, type SmallGraph } from '../../tests/harness/small-graph.ts'
import { startAnonymous, startInStack } from '../../tests/harness/small-router.ts'

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

test('what passed once is judged by its variables each time', async () => {
  const query = 'query ($v: JSON) { echo(value: $v) }'
  for (const { size, status } of [
    { size: 10, status: 200 },
    { size: 66_000, status: 400 },
    { size: 60_000, status: 200 },
  ])
    assert.equal((await ask(stack.url, { query, variables: { v: 'x'.repeat(size) } })).status, status)
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
