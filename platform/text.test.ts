import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ApolloServer } from '@apollo/server'
import { storableText } from './text.ts'

const server = new ApolloServer({
  typeDefs: 'type Query { echo(text: String, box: Box): String } input Box { text: [String] }',
  resolvers: { Query: { echo: (_: unknown, { text }: { text?: string }) => text ?? 'none' } },
  plugins: [storableText()],
})

async function ask(query: string, variables: Record<string, unknown> = {}) {
  const { body } = await server.executeOperation({ query, variables })
  assert(body.kind === 'single')
  return body.singleResult
}

/** The code of the only error and the field it names. */
async function refusal(query: string, variables?: Record<string, unknown>) {
  const [error] = (await ask(query, variables)).errors ?? []
  const fields = (error?.extensions?.['fields'] ?? []) as { field: string }[]
  return [error?.extensions?.['code'], fields[0]?.field]
}

test('G16 NUL bytes and lone surrogates are refused wherever they stand, naming the field', async () => {
  const echo = 'query ($t: String, $b: Box) { echo(text: $t, box: $b) }'
  assert.deepEqual(await refusal(echo, { t: 'a\0b' }), ['BAD_USER_INPUT', 't'])
  assert.deepEqual(await refusal(echo, { b: { text: ['fine', '\ud800'] } }), ['BAD_USER_INPUT', 'b.text.1'])
  assert.deepEqual(await refusal('{ echo(text: "a\\u0000b") }'), ['BAD_USER_INPUT', 'text'])
  assert.deepEqual(await refusal('{ echo(box: { text: ["\\u0000"] }) }'), ['BAD_USER_INPUT', 'box.text'])
})

test('G16 right-to-left, four-byte and decomposed text passes', async () => {
  for (const text of ['\u202eabc', '𠮷😀', 'Nguyễn', 'e\u0302']) {
    const { data } = await ask('query ($t: String) { echo(text: $t) }', { t: text })
    assert.equal(data?.['echo'], text)
  }
})
