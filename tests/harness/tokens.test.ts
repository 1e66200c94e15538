import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { tokenVerifier } from '@puchi/platform/identity/token'
import { type Identity, startIdentity } from '../../dev/identity.ts'
import { badTokens } from './tokens.ts'

let identity: Identity
before(async () => {
  identity = await startIdentity({ port: 0, users: [], secretKey: 'sk_test_tokens' })
})
after(() => identity.close())

test('every kind of bad token is refused, and a good one is not', async () => {
  const { issuer, jwksUrl } = identity
  const verify = tokenVerifier({ issuer, jwksUrl, authorizedParties: ['http://a.example'], maxSeconds: 120 })
  for (const [fault, token] of await badTokens(identity))
    await assert.rejects(
      verify(token),
      /The token (is invalid|has expired)\./,
      `a token that ${fault} was accepted`,
    )
  const good = await identity.mint({ sub: 'user_puchiuser', azp: 'http://a.example' })
  assert.equal((await verify(good)).identity.userId, 'user_puchiuser')
})
