import type { KeyObject } from 'node:crypto'
import type { JWTHeaderParameters, JWTPayload } from 'jose'
import type { z } from 'zod'
import type { tokenSettings } from '../env.ts'
import { remoteKeys } from './jwks.ts'
import { createVerifier } from './verifier.ts'
import type { Identity } from './viewer.ts'

export type TokenRules = {
  issuer: string
  /** Where the issuer's keys are fetched, unless `key` is given. */
  jwksUrl: string
  /** The issuer's one key. With it no key set is ever asked for, and a token's key id means nothing. */
  key?: KeyObject | undefined
  /** Origins that `azp` may name. A token without one is legal: Clerk's Backend API mints such. */
  authorizedParties: readonly string[]
  /** The longest `exp - iat` that is accepted, in seconds. */
  maxSeconds: number
  /** A sentence for whoever sent one that has expired: how it gets another. */
  renewal?: string | undefined
}

export type VerifiedToken = {
  identity: Identity
  /** In milliseconds since 1970. */
  expiresAt: number
}
export type VerifyToken = (token: string) => Promise<VerifiedToken>

/** What a process's environment says of tokens. */
export const tokenRulesOf = (env: z.output<z.ZodObject<typeof tokenSettings>>): TokenRules => ({
  issuer: env.CLERK_ISSUER,
  jwksUrl: env.CLERK_JWKS_URL,
  key: env.CLERK_JWT_KEY,
  authorizedParties: env.CLERK_AUTHORIZED_PARTIES,
  maxSeconds: env.TOKEN_MAX_SECONDS,
})

// Clerk signs templates and machine tokens with the same key; only the kind `session` (or none) is a session token.
const sessionKinds = new Set([undefined, 'cl_B7d4PD111AAA', 'cl_I7d4PD111III'])

/** Verifies Clerk session tokens. */
export function tokenVerifier(rules: TokenRules, now: () => number = Date.now): VerifyToken {
  const { key, issuer, renewal } = rules
  const signed = {
    keys: key ? () => key : remoteKeys(rules.jwksUrl, now),
    algorithms: ['RS256'],
    issuer,
    requiredClaims: ['sub', 'sid', 'iat', 'exp'],
    read: (claims: JWTPayload, header: JWTHeaderParameters) => sessionOf(claims, header, rules),
    renewal,
  }
  return createVerifier(signed, now)
}

function sessionOf(claims: JWTPayload, header: JWTHeaderParameters, rules: TokenRules): VerifiedToken | null {
  const { sub, sid, iat = 0, exp = 0, azp, sts, aud } = claims
  const kind = (header as { cat?: string }).cat
  const legal =
    typeof sub === 'string' &&
    /^user_\w{1,64}$/.test(sub) &&
    typeof sid === 'string' &&
    /^sess_\w{1,64}$/.test(sid) &&
    sessionKinds.has(kind) &&
    sts !== 'pending' &&
    aud === undefined &&
    (azp === undefined || (typeof azp === 'string' && rules.authorizedParties.includes(azp))) &&
    exp - iat <= rules.maxSeconds
  return legal ? { identity: { userId: sub, sessionId: sid }, expiresAt: exp * 1000 } : null
}
