import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Asker, bodyOf, headerNames, isOneOf, nowhere, sign, signedCaller } from './signature.ts'
import { bareViewer } from './viewer.ts'

const [present, former, foreign] = ['p', 'f', 'x'].map((letter) => letter.repeat(32)) as [
  string,
  string,
  string,
]
const viewer = bareViewer({ userId: 'user_lan', sessionId: 'sess_lan' })
const client = { ip: '10.0.0.1', userAgent: 'Điện thoại' }
const asker = { viewer, client }
const call = { path: '/graphql', body: '{"query":"{ me { id } }"}' }
const proofOf = (headers: Record<string, string>, change: Partial<typeof call> = {}) => {
  const { path, body } = { ...call, ...change }
  return { headers, path, body: Buffer.from(body) }
}

test('A23 what either secret of a rotation signed is believed, for a viewer and for nobody, with where they ask from', () => {
  for (const secret of [present, former]) {
    const known = (made: Asker) => signedCaller([present, former], proofOf(sign(secret, made, call)))
    assert.deepEqual(known(asker), asker)
    assert.deepEqual(known({ viewer: null }), { viewer: null, client: nowhere })
  }
})

test('A13 nothing else is: another secret, time, viewer, path or body', () => {
  const headers = sign(present, asker, call)
  const forged = Buffer.from('{"userId":"user_admin"}').toString('base64url')
  const proofs = [
    proofOf(sign(foreign, asker, call)),
    proofOf(sign(present, asker, { ...call, now: Date.now() - 31_000 })),
    proofOf(sign(present, asker, { ...call, now: Date.now() + 31_000 })),
    proofOf({ ...headers, [headerNames.time]: String(Number(headers[headerNames.time]) - 5) }),
    proofOf({ ...headers, [headerNames.time]: 'NaN' }),
    proofOf({ ...headers, [headerNames.caller]: forged }),
    proofOf({ ...headers, [headerNames.signature]: '' }),
    proofOf({}),
    proofOf(headers, { path: '/internal/viewer' }),
    proofOf(headers, { body: '{"query":"{ everything }"}' }),
  ]
  for (const proof of proofs) assert.equal(signedCaller([present], proof), undefined)
})

test('what is signed of a subscription is all that it asks, alike before and after it was sent', () => {
  const asked = {
    query: 'subscription { a }',
    operationName: 'S',
    variables: { b: -0, 2: ['đ', 1e300], 1: null },
  }
  assert.equal(bodyOf(JSON.parse(JSON.stringify(asked))), bodyOf(asked))
  assert.equal(
    bodyOf({ query: asked.query }),
    bodyOf({ query: asked.query, operationName: null, variables: null }),
  )
  const others = [
    { query: '' },
    { operationName: 'T' },
    { variables: { ...asked.variables, b: 1 } },
    { variables: {} },
  ]
  for (const other of others) assert.notEqual(bodyOf({ ...asked, ...other }), bodyOf(asked))
})

test('a credential is one of those that are known', () => {
  assert(isOneOf([present, former], former))
  for (const given of ['', foreign, `${present}x`]) assert(!isOneOf([present, former], given))
})
