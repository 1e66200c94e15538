import { randomBytes } from 'node:crypto'
import { type JWTHeaderParameters, type JWTPayload, SignJWT } from 'jose'
import type { IdentityKey } from './key.ts'

/** A session token of version 2: https://clerk.com/docs/guides/sessions/session-tokens */
export type Claims = {
  iss: string
  sub: string
  sid: string
  /** The origin that asked for it; tokens of the Backend API have none. */
  azp: string
  iat: number
  nbf: number
  exp: number
  jti: string
  sts: 'active' | 'pending'
  v: number
  /** Minutes since the first and the second factor; -1 is never. */
  fva: [number, number]
  [other: string]: unknown
}

export type Header = { typ: string; kid: string; cat: string }

type Odd<T> = { [K in keyof T]?: T[K] | undefined }

/** Signs whatever it is told: a claim or header field given as undefined is left out. */
export type Mint = (claims: Odd<Claims> & { sub: string }, header?: Odd<Header>) => Promise<string>

/** How long a token lives, in seconds. */
export const lifetime = 60
const skew = 10
const usualHeader = { alg: 'RS256', typ: 'JWT', cat: 'cl_B7d4PD111AAA' }

/** Ids as Clerk writes them: a kind and 27 letters and digits. */
export const newId = (kind: string): string =>
  `${kind}_${randomBytes(40).toString('base64').replace(/\W/g, '').slice(0, 27)}`

export function minter(key: IdentityKey, issuer: () => string): Mint {
  return (claims, header = {}) => {
    const iat = claims.iat ?? Math.floor(Date.now() / 1000)
    const usual = {
      iss: issuer(),
      sid: newId('sess'),
      iat,
      nbf: iat - skew,
      exp: iat + lifetime,
      jti: newId('jti').slice(4),
      sts: 'active',
      v: 2,
      fva: [0, -1],
    }
    return new SignJWT({ ...usual, ...claims } as JWTPayload)
      .setProtectedHeader({ ...usualHeader, kid: key.kid, ...header } as JWTHeaderParameters)
      .sign(key.privateKey)
  }
}
