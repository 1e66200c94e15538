import type { KeyObject } from 'node:crypto'
import { errors, type JWTHeaderParameters, type JWTPayload, jwtVerify } from 'jose'
import { LRUCache } from 'lru-cache'
import type { z } from 'zod'
import type { tokenSettings } from './env.ts'
import { Refusal } from './errors.ts'
import { remoteKeys } from './jwks.ts'
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

const skew = 5
const longest = 8_192
// A verified token is believed this long at most, so that a key taken back is soon worth nothing.
const believed = 45_000
// Clerk signs templates and machine tokens with the same key; only the kind `session` (or none) is a session token.
const sessionKinds = new Set([undefined, 'cl_B7d4PD111AAA', 'cl_I7d4PD111III'])

/**
 * Verifies Clerk session tokens. Throws UNAUTHENTICATED, whose message tells of a token of ours that it has expired and
 * of no other what is wrong with it; or SERVICE_UNAVAILABLE.
 */
export function tokenVerifier(rules: TokenRules, now: () => number = Date.now): VerifyToken {
  const { key } = rules
  const keys = key ? () => key : remoteKeys(rules.jwksUrl, now)
  const verified = new LRUCache<string, { result: VerifiedToken; until: number }>({
    max: 20_000,
    maxSize: 32 * 1024 * 1024,
    sizeCalculation: (_, token) => token.length,
  })

  return async (token) => {
    if (token.length > longest) throw invalid()
    const known = verified.get(token)
    if (known && known.until > now()) return known.result
    const options = {
      algorithms: ['RS256'],
      issuer: rules.issuer,
      clockTolerance: skew,
      currentDate: new Date(now()),
      requiredClaims: ['sub', 'sid', 'iat', 'exp'],
    }
    const { payload, protectedHeader } = await jwtVerify(token, keys, options).catch((error: unknown) => {
      if (error instanceof errors.JWTExpired) throw expired(rules)
      throw error instanceof Refusal ? error : invalid()
    })
    const result = check(payload, protectedHeader, rules, now())
    const until = Math.min(result.expiresAt + skew * 1000, now() + believed)
    verified.set(token, { result, until })
    return result
  }
}

function check(
  claims: JWTPayload,
  header: JWTHeaderParameters,
  rules: TokenRules,
  now: number,
): VerifiedToken {
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
    exp - iat <= rules.maxSeconds &&
    iat <= now / 1000 + skew
  if (!legal) throw invalid()
  return { identity: { userId: sub, sessionId: sid }, expiresAt: exp * 1000 }
}

const invalid = () => new Refusal('UNAUTHENTICATED', 'The token is invalid.')

// Only of a token with our issuer's signature is it said.
const expired = ({ renewal = 'Ask for a fresh one.' }: TokenRules) =>
  new Refusal('UNAUTHENTICATED', `The token has expired. ${renewal}`)

/** The token of an Authorization header; null where there is none. Another scheme or a second header is refused. */
export function bearer(header: string | readonly string[] | undefined): string | null {
  const [authorization = '', ...more] = [header ?? []].flat()
  if (more.length > 0) throw invalid()
  if (authorization.trim() === '') return null
  const token = /^Bearer +([\w.~+/-]+=*) *$/i.exec(authorization)?.[1]
  if (!token) throw invalid()
  return token
}
