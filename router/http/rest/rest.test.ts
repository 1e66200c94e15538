import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, beforeEach, test } from 'node:test'
import { compose } from '../../../dev/compose.ts'
import { openMint } from '../../../tests/harness/mint.ts'
import { openPart } from '../../../tests/harness/small-graph.ts'
import { startInStack } from '../../../tests/harness/small-router.ts'

const sdl = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.14", import: ["@authenticated"])
  type Query { open: Int }  type Mutation { logout: Left @authenticated }  type Left { session: Session }  type Session { id: ID }`
const logout = () => ({ session: { id: 'sess_lan' } })

const auth = await openPart('auth', sdl, { Mutation: { logout } })
const folder = mkdtempSync(join(tmpdir(), 'puchi-rest-'))
const file = join(folder, 'supergraph.graphql')
writeFileSync(file, compose([auth]))
const mint = await openMint()
const limits = { MUTATIONS_PER_MINUTE: '3', ROUTER_TIMEOUT_MS: '1000', SUBGRAPH_TIMEOUT_MS: '20000' }
const router = await startInStack({ file }, mint, limits)
after(async () => {
  await router.close()
  await auth.close()
  await mint.close()
  rmSync(folder, { recursive: true })
})
beforeEach(() => {
  auth.behave = null
})

let users = 0
const someone = () => mint.token({ claims: { sub: `user_${++users}`, sid: `sess_${users}` } })

/** One call, and what a client is told beside the body: when to come again, and how to sign in. */
async function leave(token?: string) {
  const { origin } = new URL(router.url)
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
  const response = await fetch(`${origin}/auth/logout`, { method: 'POST', headers })
  const body = (await response.json()) as ReturnType<typeof JSON.parse>
  const told = (name: string) => response.headers.get(name)
  assert.equal(told('cache-control'), 'no-store')
  return {
    answer: [response.status, body.errors?.[0].extensions.code],
    wait: Number(told('retry-after')),
    signIn: told('www-authenticate'),
  }
}

test('429 tells when to come again', async () => {
  const token = await someone()
  for (let call = 0; call < 3; call += 1) assert.deepEqual((await leave(token)).answer, [200, undefined])
  const { answer, wait } = await leave(token)
  assert.deepEqual(answer, [429, 'RATE_LIMITED'])
  assert(wait > 0 && wait <= 60)
})

test('401 names the scheme, and says that a token is bad only where there was one', async () => {
  assert.deepEqual(await leave(), { answer: [401, 'UNAUTHENTICATED'], wait: 0, signIn: 'Bearer' })
  assert.deepEqual(await leave('x.y.z'), {
    answer: [401, 'UNAUTHENTICATED'],
    wait: 0,
    signIn: 'Bearer error="invalid_token"',
  })
})

test('a call that takes nothing says so of what it is given', async () => {
  const { origin } = new URL(router.url)
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${await someone()}` }
  const sent = await fetch(`${origin}/auth/logout`, { method: 'POST', headers, body: '{"all":true}' })
  assert.equal(sent.status, 400)
  assert.match(await sent.text(), /"message":"all: is unknown: nothing is taken here"/)
})

test('what takes too long is 504, whose service is away 503 with when to come again', async () => {
  auth.behave = () => {} // never answers
  assert.deepEqual((await leave(await someone())).answer, [504, 'ROUTER_TIMEOUT'])
  auth.behave = (response) => response.destroy()
  const { answer, wait } = await leave(await someone())
  assert.deepEqual([...answer, wait], [503, 'SUBGRAPH_UNAVAILABLE', 1])
})
