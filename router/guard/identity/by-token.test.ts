import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, beforeEach, test } from 'node:test'
import { exportJWK, exportSPKI, generateKeyPair, SignJWT } from 'jose'
import { compose } from '../../../dev/compose.ts'
import { openMint } from '../../../tests/harness/mint.ts'
import { ask } from '../../../tests/harness/question.ts'
import { openRaw } from '../../../tests/harness/raw-socket.ts'
import { openPart } from '../../../tests/harness/small-graph.ts'
import { startAnonymous } from '../../../tests/harness/small-router.ts'
import type { TokenFlags } from '../../flags.ts'

const sdl = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@authenticated", "@requiresScopes", "@policy"])
type Query { open: String  mine: String @authenticated  posts: String @requiresScopes(scopes: [["posts:read", "posts:list"], ["admin"]])
  ruled: String @policy(policies: [["active"]]) }`
const fields = { open: () => 'o', mine: () => 'm', posts: () => 'p', ruled: () => 'r' }
const query = '{ open mine posts ruled }'

const folder = mkdtempSync(join(tmpdir(), 'puchi-tokens-'))
const part = await openPart('blog', sdl, { Query: fields })
const file = join(folder, 'supergraph.graphql')
writeFileSync(file, compose([part]))
after(async () => {
  await part.close()
  rmSync(folder, { recursive: true })
})
beforeEach(() => {
  part.calls.length = 0
})

const write = (name: string, content: unknown): string => {
  const path = join(folder, name)
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
  return path
}
const secret = Buffer.from('an-audit-secret-that-two-teams-know')
const oct = { kty: 'oct', k: secret.toString('base64url') }
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
const ec = await generateKeyPair('ES256', { extractable: true })
const rsaKey = { ...(await exportJWK(rsa.publicKey)), kid: 'r' }
const ecKey = { ...(await exportJWK(ec.publicKey)), kid: 'e' }
const mixed = write('mixed.json', { keys: [rsaKey, ecKey, { ...oct, kid: 's' }] })

const now = () => Math.floor(Date.now() / 1000)
const issuer = 'https://issuer.example'
const audience = 'blog'
const sound = () => ({ iss: issuer, aud: [audience, 'x'], sub: 'lan', iat: now(), exp: now() + 600 })

type Key = Parameters<SignJWT['sign']>[0]
type Minted = { alg?: string; kid?: string; key?: Key; claims?: Record<string, unknown>; header?: object }
const mint = ({ alg = 'RS256', kid = 'r', key = rsa.privateKey, claims, header }: Minted = {}) =>
  new SignJWT({ ...sound(), ...claims }).setProtectedHeader({ alg, kid, ...header }).sign(key)

async function routerWith(tokens: TokenFlags) {
  const router = await startAnonymous({ file }, {}, { tokens })
  after(() => router.close())
  return async (token?: string) =>
    Object.assign(await ask(router.url, query, token ? { authorization: `Bearer ${token}` } : {}), router)
}
const asked = await routerWith({ jwks: mixed, issuer, audience })

const everything = { open: 'o', mine: 'm', posts: 'p', ruled: null }
const signedIn = { ...everything, posts: null }

test('nobody has what is open; whoever shows a token has what its scopes say, and no policy of ours', async () => {
  const nobody = await asked()
  assert.deepEqual([nobody.status, nobody.data], [200, { open: 'o', mine: null, posts: null, ruled: null }])
  assert.deepEqual(nobody.codes, ['UNAUTHENTICATED', 'UNAUTHENTICATED', 'UNAUTHENTICATED'])
  const bare = await asked(await mint())
  assert.deepEqual([bare.data, bare.codes], [signedIn, ['FORBIDDEN', 'FORBIDDEN']])
  const scopes = [
    { scope: 'x posts:list  posts:read' },
    { scope: ['posts:list', 'posts:read'] },
    { scp: ['admin'] },
    { scp: 'admin x' },
    { scopes: ['posts:list', 'posts:read'] },
  ]
  for (const claims of scopes)
    assert.deepEqual((await asked(await mint({ claims }))).data, everything, JSON.stringify(claims))
  const short = [{ scope: 'posts:list' }, { scope: 'administrator' }, { scope: 7 }, { roles: ['admin'] }]
  for (const claims of short)
    assert.deepEqual((await asked(await mint({ claims }))).data, signedIn, JSON.stringify(claims))
})

test('each key serves its own algorithms, and the subgraphs are shown the token', async () => {
  const good: Minted[] = [
    { alg: 'RS512' },
    { alg: 'PS256' },
    { alg: 'ES256', kid: 'e', key: ec.privateKey },
    { alg: 'HS256', kid: 's', key: secret },
  ]
  for (const one of good) {
    part.calls.length = 0
    const token = await mint(one)
    assert.deepEqual((await asked(token)).data, signedIn, one.alg)
    assert.deepEqual(
      part.calls.map(({ headers }) => headers.authorization),
      [`Bearer ${token}`],
    )
  }
})

const encoded = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url')

test('A1 A2 A3 A4 A5 a bad token is 401, never silently nobody, and no subgraph hears of it', async () => {
  const foreign = await openMint()
  after(() => foreign.close())
  const { privateKey } = await generateKeyPair('RS256')
  const spki = Buffer.from(await exportSPKI(rsa.publicKey))
  const none = ['none', 'None', 'nOnE', 'NONE', '', 'RS256', 'HS256'].map(
    (alg) => `${encoded({ alg, kid: alg === 'HS256' ? 's' : 'r' })}.${encoded(sound())}.`,
  )
  const bad: Minted[] = [
    ...['r', 'e', 's', 'x'].map((kid) => ({ alg: 'HS256', kid, key: spki })),
    { alg: 'HS256', kid: 'r', key: secret },
    { alg: 'HS384', kid: 's', key: Buffer.concat([secret, secret]) },
    { alg: 'HS512', kid: 's', key: Buffer.concat([secret, secret]) },
    { key: privateKey },
    { key: privateKey, header: { jku: foreign.jwksUrl, x5u: foreign.url } },
    { key: privateKey, header: { jwk: rsaKey } },
    { alg: 'RS256', kid: 'e' },
    { alg: 'ES256', kid: 'r', key: ec.privateKey },
    { kid: '../../../dev/null' },
    { claims: { exp: now() - 6 } },
    { claims: { exp: undefined } },
    { claims: { exp: 'never' } },
    { claims: { nbf: now() + 30 } },
    { claims: { iat: now() + 30 } },
    { claims: { iss: 'https://evil.example' } },
    { claims: { iss: `${issuer}/` } },
    { claims: { iss: undefined } },
    { claims: { aud: 'shop' } },
    { claims: { aud: undefined } },
  ]
  const minted = await Promise.all(bad.map(mint))
  const tokens = [...none, ...minted, 'x', 'x'.repeat(9_000), `${await mint()}x`]
  for (const token of tokens) {
    const { status, codes } = await asked(token)
    assert.deepEqual([status, codes], [401, ['UNAUTHENTICATED']], token.slice(0, 300))
  }
  assert.equal(part.calls.length, 0)
  assert.equal(foreign.fetches(), 0)
})

test('a shared secret may stand in a file alone, without an id; what it does not say is not asked', async () => {
  const alone = await routerWith({ jwks: write('oct.json', { ...oct, alg: 'HS256' }) })
  const token = (kid?: string) =>
    new SignJWT({ exp: now() + 60, aud: 'anybody', scope: 'admin' })
      .setProtectedHeader({ alg: 'HS256', ...(kid && { kid }) })
      .sign(secret)
  for (const kid of [undefined, 'any']) assert.deepEqual((await alone(await token(kid))).data, everything)
  assert.equal((await alone(await mint())).status, 401)
})

test('keys by URL are public ones: a secret that is published signs nobody in', async () => {
  const issuing = await openMint()
  after(() => issuing.close())
  const remote = await routerWith({ jwks: issuing.jwksUrl, issuer: issuing.url })
  assert.deepEqual((await remote(await issuing.token())).data, signedIn)
  assert.equal((await remote(await mint({ alg: 'HS256', kid: 's', key: secret }))).status, 401)
})

test('a socket whose token is bad is closed with 4403, and one whose token ends', async () => {
  const { url } = await asked()
  const bad = await openRaw(url)
  bad.send({ type: 'connection_init', payload: { authorization: 'Bearer a.b.c' } })
  assert.equal(await bad.code(), 4403)
  const short = await openRaw(url)
  await short.init({ authorization: `Bearer ${await mint({ claims: { exp: now() + 1 } })}` })
  assert.equal(await short.code(5_000), 4403)
})

test('a key set that cannot be used is refused at the start, in one sentence', async () => {
  const privateKey = await exportJWK(rsa.privateKey)
  const wrong: [string, RegExp][] = [
    [join(folder, 'nowhere.json'), /cannot be read \(ENOENT\)\.$/],
    [write('text', 'no JSON'), /is no JSON Web Key Set/],
    [write('null', null), /is no JSON Web Key Set/],
    [write('none', { keys: [] }), /at least one key\.$/],
    [write('empty', { keys: [rsaKey, null] }), /Key 2 of .* is no public key/],
    [write('half', { keys: [{ kty: 'RSA', n: 'AQAB' }] }), /Key 1 of .* is no public key/],
    [write('private', { keys: [privateKey] }), /is a private key/],
    [write('blank', { keys: [{ kty: 'oct' }] }), /has no secret in "k"\.$/],
    [write('other', { keys: [{ ...oct, alg: 'HS512' }] }), /for HS512; such serve HS256 only\.$/],
  ]
  for (const [jwks, message] of wrong)
    await assert.rejects(startAnonymous({ file }, {}, { tokens: { jwks } }), (error: Error) => {
      assert.match(error.message, message)
      assert(!error.message.includes(oct.k) && !error.message.includes('\n'))
      return true
    })
})
