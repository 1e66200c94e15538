import { createHmac } from 'node:crypto'
import { newKey } from '../../dev/identity/key.ts'
import { type Mint, minter, newId } from '../../dev/identity/token.ts'
import type { Identity } from '../../dev/identity.ts'

type Claims = Parameters<Mint>[0]

const base64url = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')

function claimsOf(identity: Identity, sub: string) {
  const iat = Math.floor(Date.now() / 1000)
  return {
    iss: identity.issuer,
    sub,
    sid: newId('sess'),
    iat,
    nbf: iat - 10,
    exp: iat + 60,
    sts: 'active',
    v: 2,
  }
}

/** Signed by a key of somebody else who borrows the key id. */
export async function foreignToken({ issuer, key: { kid } }: Identity, claims: Claims): Promise<string> {
  return minter({ ...(await newKey()), kid }, () => issuer)(claims)
}

/** Signed by nobody: `alg: none`. */
export const unsignedToken = (identity: Identity, sub: string): string =>
  `${base64url({ alg: 'none', typ: 'JWT', kid: identity.key.kid })}.${base64url(claimsOf(identity, sub))}.`

/** Signed with the public key as if it were a shared secret: the confusion of RS256 with HS256. */
export function confusedToken(identity: Identity, sub: string): string {
  const { kid, publicKey } = identity.key
  const text = `${base64url({ alg: 'HS256', typ: 'JWT', kid })}.${base64url(claimsOf(identity, sub))}`
  const secret = publicKey.export({ type: 'spki', format: 'pem' })
  return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`
}

/** A true token whose claims say something else than what was signed. */
export function alteredToken(token: string, change: object): string {
  const [header, payload = '', signature] = token.split('.')
  const claims: object = JSON.parse(Buffer.from(payload, 'base64url').toString())
  return [header, base64url({ ...claims, ...change }), signature].join('.')
}

/** Tokens that nobody may be let in with, each under what is wrong with it. */
export async function badTokens(identity: Identity, sub = 'user_puchiuser'): Promise<[string, string][]> {
  const now = Math.floor(Date.now() / 1000)
  const { mint, issuer } = identity
  const minted: [string, Claims, Parameters<Mint>[1]?][] = [
    ['has expired', { sub, iat: now - 120, exp: now - 60 }],
    ['is not valid yet', { sub, nbf: now + 60 }],
    ['was issued in the future', { sub, iat: now + 60, exp: now + 120 }],
    ['lives for ten years', { sub, exp: now + 315_360_000 }],
    ['never expires', { sub, exp: undefined }],
    ['is of another issuer', { sub, iss: 'https://evil.example' }],
    ['has an issuer that only begins alike', { sub, iss: `${issuer}.evil.example` }],
    ['has no session', { sub, sid: undefined }],
    ['is of a session that is not active yet', { sub, sts: 'pending' }],
    ['was made for a foreign origin', { sub, azp: 'https://evil.example' }],
    ['is a template, not a session', { sub }, { cat: 'cl_B7d4PD222AAA' }],
    ['is of a machine', { sub }, { cat: 'cl_B7d4PD333AAA' }],
    ['names a key that nobody knows', { sub }, { kid: 'ins_unknown' }],
    ['names no user', { sub: '../admin' }],
  ]
  const odd = await Promise.all(
    minted.map(
      async ([fault, claims, header]): Promise<[string, string]> => [fault, await mint(claims, header)],
    ),
  )
  const genuine = await mint({ sub })
  return [
    ...odd,
    ['is signed by a foreign key', await foreignToken(identity, { sub })],
    ['is signed by nobody', unsignedToken(identity, sub)],
    ['is signed with the public key', confusedToken(identity, sub)],
    ['was altered', alteredToken(genuine, { sub: 'user_puchiadmin' })],
    ['lost its signature', genuine.replace(/\.[^.]*$/, '.')],
    ['is no token at all', 'puchiuser'],
  ]
}
