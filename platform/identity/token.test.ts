import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import { generateKeyPair, generateSecret, SignJWT } from 'jose'
import { z } from 'zod'
import { type Coin, type Mint, openMint } from '../../tests/harness/mint.ts'
import { readEnv, tokenSettings } from '../env.ts'
import { type TokenRules, tokenRulesOf, tokenVerifier } from './token.ts'
import { bearer } from './verifier.ts'

let mint: Mint
before(async () => {
  mint = await openMint()
})
after(() => mint.close())

const rules = (): TokenRules => ({
  issuer: mint.url,
  jwksUrl: mint.jwksUrl,
  authorizedParties: ['http://localhost:3000'],
  maxSeconds: 120,
})

const seconds = (offset: number) => Math.floor(Date.now() / 1000) + offset
const invalid = { extensions: { code: 'UNAUTHENTICATED' } }
const refused = async (token: string) => assert.rejects(tokenVerifier(rules())(token), invalid, token)

test("a session token as Clerk mints it tells user and session, with the app's azp or with none", async () => {
  for (const azp of ['http://localhost:3000', undefined]) {
    const { identity } = await tokenVerifier(rules())(await mint.token({ claims: { azp } }))
    assert.deepEqual(identity, { userId: 'user_lan', sessionId: 'sess_lan' })
  }
})

test('A1 alg none in any spelling, and an empty signature, are refused', async () => {
  const [, payload] = (await mint.token()).split('.')
  for (const alg of ['none', 'None', 'nOnE', 'NONE', '', 'RS256']) {
    const header = Buffer.from(JSON.stringify({ alg, kid: 'ins_one', typ: 'JWT' })).toString('base64url')
    await refused(`${header}.${payload}.`)
  }
})

test('A2 HS256 signed with the public key as its secret is refused', async () => {
  const token = new SignJWT({
    sub: 'user_lan',
    sid: 'sess_lan',
    iss: mint.url,
    iat: seconds(0),
    exp: seconds(60),
  })
  const secret = Buffer.from(await mint.publicPem())
  await refused(await token.setProtectedHeader({ alg: 'HS256', kid: 'ins_one' }).sign(secret))
})

test('A3 a foreign key is refused, however the header points to it, and nothing is fetched from there', async () => {
  const foreign = await openMint()
  const { privateKey } = await generateKeyPair('RS256')
  const headers = [
    {},
    { jku: foreign.jwksUrl },
    { x5u: foreign.url },
    { jwk: { kty: 'RSA', n: 'AQAB', e: 'AQAB' } },
    { kid: '../../../../dev/null' },
    { kid: "' OR 1=1 --" },
  ]
  for (const header of headers) await refused(await mint.token({ header, key: privateKey }))
  const { privateKey: weaker } = await generateKeyPair('PS256')
  await refused(await mint.token({ header: { alg: 'PS256' }, key: weaker }))
  await refused(
    await new SignJWT({}).setProtectedHeader({ alg: 'HS512' }).sign(await generateSecret('HS512')),
  )
  assert.equal(foreign.fetches(), 0)
  await foreign.close()
})

test('A4 a lifetime that is over, not begun, too long or endless is refused', async () => {
  const bad: Coin['claims'][] = [
    { iat: seconds(-70), exp: seconds(-6) },
    { nbf: seconds(30) },
    { iat: seconds(30), exp: seconds(60) },
    { exp: seconds(130) },
    { exp: seconds(60 * 60 * 24 * 3650) },
    { exp: undefined },
    { iat: undefined },
    { exp: seconds(-10), iat: seconds(60) },
  ]
  for (const claims of bad) await refused(await mint.token({ claims: claims ?? {} }))
  await tokenVerifier(rules())(await mint.token({ claims: { iat: seconds(-60), exp: seconds(-3) } }))
})

test('a token that has expired is told so, and how to get another, where our issuer signed it alone', async () => {
  const told = (coin: Coin, renewal?: string) =>
    mint.token(coin).then((token) => tokenVerifier({ ...rules(), renewal })(token))
  const over = { iat: seconds(-70), exp: seconds(-6) }
  await assert.rejects(told({ claims: over }), { message: 'The token has expired. Ask for a fresh one.' })
  await assert.rejects(told({ claims: over }, 'Knock.'), { message: 'The token has expired. Knock.' })
  const { privateKey: key } = await generateKeyPair('RS256')
  for (const coin of [{ claims: over, key }, { claims: { ...over, iss: 'https://clerk.example' } }])
    await assert.rejects(told(coin), { message: 'The token is invalid.' })
})

test('A5 a token for somebody else, or of another kind, is refused although our issuer signed it', async () => {
  const bad: Coin[] = [
    { claims: { azp: 'https://evil.example' } },
    { claims: { azp: '' } },
    { claims: { azp: ['http://localhost:3000'] } },
    { claims: { iss: 'https://clerk.example' } },
    { claims: { iss: `${mint.url}/` } },
    { claims: { iss: undefined } },
    { claims: { sid: undefined } },
    { claims: { sid: 7 } },
    { claims: { sub: undefined } },
    { claims: { sub: 'mch_robot' } },
    { claims: { sub: 'user_' } },
    { claims: { sub: 'user_lan\n' } },
    { claims: { sts: 'pending' } },
    { claims: { aud: 'https://other.example' } },
    { header: { cat: 'cl_B7d4PD222AAA' } },
    { header: { cat: 'cl_B7d4PD333AAA' } },
    { header: { cat: '' } },
  ]
  for (const coin of bad) await refused(await mint.token(coin))
  for (const cat of ['cl_B7d4PD111AAA', 'cl_I7d4PD111III'])
    await tokenVerifier(rules())(await mint.token({ header: { cat } }))
})

test('A6 a flood of unknown keys fetches the key set once in 30 s', async () => {
  let now = Date.now()
  const verify = tokenVerifier(rules(), () => now)
  await verify(await mint.token())
  const before = mint.fetches()
  for (let n = 0; n < 100; n++) {
    now += 250
    await assert.rejects(verify(await mint.token({ header: { kid: `ins_${n}` }, now })), invalid)
  }
  assert.equal(mint.fetches(), before)
  now += 10_000
  for (let n = 0; n < 20; n++)
    await assert.rejects(verify(await mint.token({ header: { kid: `ins_${n}` }, now })), invalid)
  assert.equal(mint.fetches(), before + 1)
})

test('A7 while the issuer is away known keys serve on, and without any the answer is to come back soon', async () => {
  const own = await openMint()
  let now = Date.now()
  const settings = { ...rules(), issuer: own.url, jwksUrl: own.jwksUrl }
  const warm = tokenVerifier(settings, () => now)
  await warm(await own.token())
  await own.close()
  now += 3_600_000
  await warm(await own.token({ now }))
  const cold = tokenVerifier(settings)
  const unavailable = { extensions: { code: 'SERVICE_UNAVAILABLE', retryAfter: 3 } }
  const began = performance.now()
  for (let n = 0; n < 20; n++) await assert.rejects(cold(await own.token()), unavailable)
  assert(performance.now() - began < 1_500)
})

test('A7 an issuer that answers no key set, or without end, is away', async (t) => {
  const own = await openMint()
  t.after(own.close)
  let sent = 0
  const answers: Record<string, RequestListener> = {
    empty: (_, response) => void response.end('{"keys":[]}'),
    none: (_, response) => void response.end('{}'),
    endless: (_, response) => {
      const megabyte = Buffer.alloc(1_000_000, ' ')
      const more = () => {
        while (!response.destroyed && sent < 100_000_000) {
          sent += megabyte.length
          if (!response.write(megabyte)) return void response.once('drain', more)
        }
      }
      more()
    },
  }
  const known = await (await fetch(own.jwksUrl)).text()
  let answer: RequestListener | undefined
  const issuer = createServer((request, response) =>
    answer ? answer(request, response) : response.end(known),
  )
  await once(issuer.listen(0, '127.0.0.1'), 'listening')
  t.after(() => issuer.close().closeAllConnections())
  const jwksUrl = `http://127.0.0.1:${(issuer.address() as AddressInfo).port}`
  for (const [what, wrong] of Object.entries(answers)) {
    let now = Date.now()
    const verifier = () => tokenVerifier({ ...rules(), issuer: own.url, jwksUrl }, () => now)
    answer = wrong
    const cold = verifier()
    const unavailable = { extensions: { code: 'SERVICE_UNAVAILABLE', retryAfter: 3 } }
    await assert.rejects(cold(await own.token()), unavailable, what)
    answer = undefined
    now += 4_000
    await cold(await own.token())
    answer = wrong
    for (const later of [300_000, 4_000]) {
      now += later
      await cold(await own.token({ now }))
    }
  }
  assert(sent < 50_000_000, `${sent} bytes were taken`)
})

test('A8 a new key is known within 35 s, and a key taken back is worth nothing after five minutes', async () => {
  const own = await openMint()
  let now = Date.now()
  const verify = tokenVerifier(
    { ...rules(), issuer: own.url, jwksUrl: own.jwksUrl, maxSeconds: 900 },
    () => now,
  )
  const old = await own.token({ claims: { exp: seconds(890) }, now })
  await verify(old)
  await own.rotate({ keep: true })
  now += 31_000
  await verify(await own.token({ now }))
  await own.rotate({ keep: false })
  for (const step of [200_000, 95_000]) {
    now += step
    await verify(await own.token({ now })).catch(() => {})
  }
  await assert.rejects(verify(old), invalid)
  await own.close()
})

test('with CLERK_JWT_KEY tokens are verified without a single question to the issuer, however the PEM is written', async () => {
  const pem = await mint.publicPem()
  const env = {
    CLERK_ISSUER: mint.url,
    CLERK_JWKS_URL: mint.jwksUrl,
    CLERK_AUTHORIZED_PARTIES: 'http://localhost:3000',
  }
  const asked = mint.fetches()
  for (const written of [pem, pem.replaceAll('\n', '\\n'), pem.replaceAll('\n', ''), ` ${pem}\r\n`]) {
    const settings = readEnv(z.object(tokenSettings), { ...env, CLERK_JWT_KEY: written })
    const verify = tokenVerifier(tokenRulesOf(settings))
    for (const kid of ['ins_one', 'ins_unknown'])
      assert.equal((await verify(await mint.token({ header: { kid } }))).identity.userId, 'user_lan')
    const { privateKey } = await generateKeyPair('RS256')
    await assert.rejects(verify(await mint.token({ key: privateKey })), invalid)
    const confused = new SignJWT({ sub: 'user_lan', sid: 'sess_lan', iss: mint.url, exp: seconds(60) })
    await assert.rejects(
      verify(await confused.setIssuedAt().setProtectedHeader({ alg: 'HS256' }).sign(Buffer.from(pem))),
      invalid,
    )
  }
  assert.equal(mint.fetches(), asked)
})

test('A9 a token of more than 8 KiB is refused without a look at it', async () => {
  const began = performance.now()
  await refused('x'.repeat(1_000_000))
  assert(performance.now() - began < 50)
})

test('an Authorization header is one Bearer token or nothing', () => {
  assert.equal(bearer(undefined), null)
  assert.equal(bearer([]), null)
  assert.equal(bearer('  '), null)
  assert.equal(bearer('bearer a.b.c'), 'a.b.c')
  const told = { ...invalid, message: 'Send one header `Authorization: Bearer TOKEN`.' }
  for (const header of ['Basic YTpi', 'Bearer', 'Bearer ', 'Bearer a b', 'Bearer a, Bearer b', 'a.b.c'])
    assert.throws(() => bearer(header), told, header)
  assert.throws(() => bearer(['Bearer a.b.c', 'Bearer d.e.f']), told)
})
