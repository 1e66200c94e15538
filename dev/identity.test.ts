import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { createClerkClient, verifyToken } from '@clerk/backend'
import { isClerkAPIResponseError } from '@clerk/backend/errors'
import { tokenVerifier } from '@puchi/platform/identity/token'
import { learners } from '@puchi/prisma/learners'
import { decodeJwt, decodeProtectedHeader } from 'jose'
import { type Identity, type IdentityOptions, startIdentity } from './identity.ts'

const secretKey = 'sk_test_standin'
const folder = mkdtempSync(join(tmpdir(), 'puchi-identity-'))
const start = (options: Partial<IdentityOptions> = {}) =>
  startIdentity({ port: 0, users: learners, secretKey, dataDir: folder, ...options })
const clientOf = ({ url }: Identity, key = secretKey) =>
  createClerkClient({ secretKey: key, apiUrl: url, telemetry: { disabled: true } })

let identity: Identity
let clerk: ReturnType<typeof clientOf>
before(async () => {
  identity = await start()
  clerk = clientOf(identity)
})
after(async () => {
  await identity.close()
  rmSync(folder, { recursive: true })
})

/** What Clerk's SDK says of a refusal. */
async function refusal(asked: Promise<unknown>) {
  const error = await asked.then(
    () => assert.fail('it was answered'),
    (thrown: unknown) => thrown,
  )
  assert(isClerkAPIResponseError(error))
  const [{ code, meta } = { code: '', meta: {} }] = error.errors
  return { status: error.status, code, meta, trace: error.clerkTraceId }
}

const rules = ({ issuer, jwksUrl }: Identity) => ({
  issuer,
  jwksUrl,
  authorizedParties: ['a'],
  maxSeconds: 120,
})

test("Clerk's own SDK reads a user with a verified e-mail", async () => {
  const user = await clerk.users.getUser('user_puchiuser')
  assert.equal(user.username, 'puchiuser')
  assert.equal(user.primaryEmailAddress?.emailAddress, 'puchiuser@example.com')
  assert.equal(user.primaryEmailAddress?.verification?.status, 'verified')
  assert.equal(user.locale, 'vi')
})

test('users are listed newest first, by pages, and by what they are called', async () => {
  const { data, totalCount } = await clerk.users.getUserList({ limit: 2, offset: 1 })
  assert.deepEqual(
    data.map(({ username }) => username),
    ['puchiuser', 'tuanbui'],
  )
  assert.equal(totalCount, learners.length)
  const named = await clerk.users.getUserList({ username: ['anpham'] })
  assert.deepEqual([named.totalCount, named.data[0]?.id], [1, 'user_anpham'])
  assert.equal(await clerk.users.getCount({ emailAddress: ['linhvo@example.com', 'x@example.com'] }), 1)
})

test('a session is opened, found, and revoked', async () => {
  const { id } = await clerk.sessions.createSession({ userId: 'user_linhvo' })
  const { status, userId } = await clerk.sessions.getSession(id)
  assert.deepEqual([status, userId], ['active', 'user_linhvo'])
  assert.equal((await clerk.sessions.revokeSession(id)).status, 'revoked')
  const { data, totalCount } = await clerk.sessions.getSessionList({
    userId: 'user_linhvo',
    status: 'revoked',
  })
  assert.deepEqual([data[0]?.id, totalCount], [id, 1])
})

test('a token of the Backend API is what Clerk mints: 60 s, no azp, and good for everybody who verifies', async () => {
  const { id } = await clerk.sessions.createSession({ userId: 'user_anpham' })
  const { jwt } = await clerk.sessions.getToken(id)
  const { iat = 0, exp = 0, nbf = 0, ...claims } = decodeJwt(jwt)
  assert.deepEqual([exp - iat, iat - nbf], [60, 10])
  assert.deepEqual(Object.keys(claims).sort(), ['fva', 'iss', 'jti', 'sid', 'sts', 'sub', 'v'])
  assert.deepEqual(Object.keys(decodeProtectedHeader(jwt)).sort(), ['alg', 'cat', 'kid', 'typ'])
  assert.equal((await verifyToken(jwt, { secretKey, apiUrl: identity.url })).sub, 'user_anpham')
  const { identity: found } = await tokenVerifier(rules(identity))(jwt)
  assert.deepEqual(found, { userId: 'user_anpham', sessionId: id })
})

test('a token may be asked for with a life of its own, but not with any', async () => {
  const { id } = await clerk.sessions.createSession({ userId: 'user_anpham' })
  const { jwt } = await clerk.sessions.getToken(id, undefined, 3600)
  const { iat = 0, exp = 0 } = decodeJwt(jwt)
  assert.equal(exp - iat, 3600)
  assert.equal((await refusal(clerk.sessions.getToken(id, undefined, 5))).status, 422)
})

test('a revoked session gets no more tokens, with the answer that was chosen', async () => {
  for (const status of [404, 401, 422] as const) {
    const other = await start({ revokedAnswer: status, dataDir: `${folder}/revoked` })
    const { id } = await clientOf(other).sessions.createSession({ userId: 'user_anpham' })
    await clientOf(other).sessions.revokeSession(id)
    assert.equal((await refusal(clientOf(other).sessions.getToken(id))).status, status)
    await other.close()
  }
})

test('what is unknown, missing or not allowed is refused in the shape that the SDK reads', async () => {
  const unknown = await refusal(clerk.users.getUser('user_nobody'))
  assert.deepEqual([unknown.status, unknown.code], [404, 'resource_not_found'])
  assert.match(unknown.trace ?? '', /^[0-9a-f]{32}$/)
  const session = await refusal(clerk.sessions.getSession('sess_none'))
  assert.deepEqual([session.status, session.code], [404, 'resource_not_found'])
  const foreign = await refusal(clientOf(identity, 'sk_test_other').users.getUser('user_anpham'))
  assert.deepEqual([foreign.status, foreign.code], [401, 'clerk_key_invalid'])
  const whose = await refusal(clerk.sessions.createSession({ userId: '' }))
  assert.deepEqual([whose.status, whose.code, whose.meta?.paramName], [422, 'form_param_missing', 'user_id'])
})

test('the keys are open at the issuer, and behind the secret key at the Backend API', async () => {
  const open = await fetch(identity.jwksUrl)
  assert.equal(open.headers.get('content-type'), 'application/json')
  const { keys } = (await open.json()) as { keys: Record<string, unknown>[] }
  assert.deepEqual(Object.keys(keys[0] ?? {}).sort(), ['alg', 'e', 'kid', 'kty', 'n', 'use'])
  assert.equal((await fetch(`${identity.url}/v1/jwks`)).status, 401)
  assert.deepEqual((await clerk.jwks.getJwks()).keys?.[0]?.kid, keys[0]?.['kid'])
  const discovery = await fetch(`${identity.url}/.well-known/openid-configuration`)
  assert.equal(((await discovery.json()) as { issuer: string }).issuer, identity.issuer)
})

test('tokens and sessions outlive a restart', async () => {
  const dataDir = `${folder}/restart`
  const first = await start({ dataDir, issuer: 'http://localhost:8900' })
  const { id } = await clientOf(first).sessions.createSession({ userId: 'user_thutran' })
  const { jwt } = await clientOf(first).sessions.getToken(id)
  await first.close()
  const second = await start({ dataDir, issuer: 'http://localhost:8900' })
  assert.equal((await tokenVerifier(rules(second))(jwt)).identity.sessionId, id)
  assert.equal((await clientOf(second).sessions.getSession(id)).status, 'active')
  await second.close()
})

test('tests may mint what Clerk would not', async () => {
  const odd = await identity.mint({ sub: 'user_anpham', sid: undefined, exp: 1, azp: 'https://evil.example' })
  const { sid, exp, azp } = decodeJwt(odd)
  assert.deepEqual([sid, exp, azp], [undefined, 1, 'https://evil.example'])
})

test('a banned user loses every session and opens none until they are let in again', async () => {
  const { id } = await clerk.sessions.createSession({ userId: 'user_linhvo' })
  assert.equal((await clerk.users.banUser('user_linhvo')).banned, true)
  assert.equal((await clerk.sessions.getSession(id)).status, 'revoked')
  const barred = await refusal(clerk.sessions.createSession({ userId: 'user_linhvo' }))
  assert.deepEqual([barred.status, barred.code], [403, 'user_banned'])
  assert.equal((await clerk.users.unbanUser('user_linhvo')).banned, false)
  assert.equal((await clerk.sessions.createSession({ userId: 'user_linhvo' })).status, 'active')
  assert.equal((await refusal(clerk.users.banUser('user_nobody'))).status, 404)
})

test('a deleted user is unknown from then on', async () => {
  const other = await start({ dataDir: `${folder}/deleted` })
  const { users } = clientOf(other)
  const gone = await users.deleteUser('user_anpham')
  assert.equal(gone.id, 'user_anpham')
  for (const again of [users.getUser('user_anpham'), users.deleteUser('user_anpham')])
    assert.equal((await refusal(again)).status, 404)
  await other.close()
})
