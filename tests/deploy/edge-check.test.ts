import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { askerOf } from '../../dev/edge/ask.ts'
import { checked, checks, type EdgeFacts } from '../../dev/edge/checks.ts'
import { foreignCopy } from '../../dev/edge/foreign.ts'
import { type Stack, startStack } from '../harness/stack.ts'
import { type Mistake, mistakes, openFakeEdge, origin } from './fake-edge.ts'

let stack: Stack
before(async () => {
  stack = await startStack()
})
after(() => stack.close())

const good = () => stack.token('puchiuser')

function factsOf(edge: string): EdgeFacts {
  const now = Math.floor(Date.now() / 1_000)
  return {
    ask: askerOf(edge),
    origin,
    good,
    expired: () => stack.identity.mint({ sub: 'user_puchiuser', iat: now - 120, exp: now - 60 }),
    foreign: async () => foreignCopy(await good()),
  }
}

/** The titles of the checks that fail at an edge with this mistake. */
async function failedWith(mistake?: Mistake): Promise<string[]> {
  const edge = await openFakeEdge(stack, mistake)
  const failed: string[] = []
  for await (const { title, fault } of checked(factsOf(edge.url))) if (fault) failed.push(title)
  await edge.close()
  return failed
}

test('an edge without a mistake passes every check', async () => {
  assert.deepEqual(await failedWith(), [])
})

/** What each mistake must be found by, in the checks' own words. */
const found: Record<Mistake, RegExp> = {
  'no health of auth': /health paths/,
  'anonymous is refused': /without a token the public/,
  'drops every token': /good token/,
  'nonsense is anonymous': /no token is refused/,
  'foreign is anonymous': /foreign key/,
  'expired is anonymous': /expired/,
  'believes x-user-id': /^A10/,
  'no upgrade': /opens for our origin/,
  'any origin opens sockets': /^W12/,
  'no preflight': /^pages of our origin/,
  'knows few headers': /^pages of our origin/,
  'hides refusals from pages': /a refusal too/,
  'reflects any origin': /pages of a foreign origin/,
  'cuts large bodies': /megabyte/,
  'holds streams back': /a stream/,
  'forgets REST': /REST/,
  'refuses in HTML': /megabyte/,
  'webhook needs a token': /webhook/,
  'everything is found': /unknown path/,
  'shows metrics': /^A26/,
  'no security headers': /security headers/,
  'counts nothing': /too much/,
  'counts no bad tokens': /bad tokens/,
}

for (const mistake of mistakes)
  test(`an edge that makes this mistake is found out: ${mistake}`, async () => {
    const failed = await failedWith(mistake)
    assert(
      failed.some((title) => found[mistake].test(title)),
      `failed: ${failed.join('; ')}`,
    )
  })

test('no check is there that no mistake fails', () => {
  for (const { title } of checks)
    assert(
      Object.values(found).some((pattern) => pattern.test(title)),
      title,
    )
})
