import { errors, type JWTHeaderParameters, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose'
import { LRUCache } from 'lru-cache'
import { Refusal } from '../errors.ts'

/** Who may sign tokens, and what they must say. */
export type Signed<Verified> = {
  keys: JWTVerifyGetKey
  algorithms: string[]
  issuer?: string | undefined
  audience?: string | undefined
  requiredClaims: string[]
  /** What a token says whose signature and lifetime are good; null where it is none of ours. */
  read(claims: JWTPayload, header: JWTHeaderParameters): Verified | null
  /** A sentence for whoever sent one that has expired: how it gets another. */
  renewal?: string | undefined
}

const skew = 5
const longest = 8_192
// A verified token is believed this long at most, so that a key taken back is soon worth nothing.
const believed = 45_000

/**
 * Verifies tokens. Throws UNAUTHENTICATED, whose message tells of a token of ours that it has expired and of no other
 * what is wrong with it; or SERVICE_UNAVAILABLE.
 */
export function createVerifier<Verified extends { /** Milliseconds since 1970. */ expiresAt: number }>(
  { keys, algorithms, issuer, audience, requiredClaims, read, renewal }: Signed<Verified>,
  now: () => number = Date.now,
): (token: string) => Promise<Verified> {
  const verified = new LRUCache<string, { result: Verified; until: number }>({
    max: 20_000,
    maxSize: 32 * 1024 * 1024,
    sizeCalculation: (_, token) => token.length,
  })
  const rules = {
    algorithms,
    requiredClaims,
    clockTolerance: skew,
    ...(issuer !== undefined && { issuer }),
    ...(audience !== undefined && { audience }),
  }
  const told = (error: unknown) => {
    if (error instanceof errors.JWTExpired) return expired(renewal)
    return error instanceof Refusal ? error : invalid()
  }
  return async (token) => {
    if (token.length > longest) throw invalid()
    const known = verified.get(token)
    if (known && known.until > now()) return known.result
    const options = { ...rules, currentDate: new Date(now()) }
    const { payload, protectedHeader } = await jwtVerify(token, keys, options).catch((error: unknown) => {
      throw told(error)
    })
    const begun = (payload.iat ?? 0) <= now() / 1000 + skew
    const result = begun ? read(payload, protectedHeader) : null
    if (!result) throw invalid()
    const until = Math.min(result.expiresAt + skew * 1000, now() + believed)
    verified.set(token, { result, until })
    return result
  }
}

const invalid = () => new Refusal('UNAUTHENTICATED', 'The token is invalid.')

// A token alone, or a word that stands for none (`Bearer` and nothing), is what clients get wrong first.
const misplaced = () => new Refusal('UNAUTHENTICATED', 'Send one header `Authorization: Bearer TOKEN`.')

// Only of a token with our issuer's signature is it said.
const expired = (renewal = 'Ask for a fresh one.') =>
  new Refusal('UNAUTHENTICATED', `The token has expired. ${renewal}`)

/** The token of an Authorization header; null where there is none. Another scheme or a second header is refused. */
export function bearer(header: string | readonly string[] | undefined): string | null {
  const [authorization = '', ...more] = [header ?? []].flat()
  if (more.length > 0) throw misplaced()
  if (authorization.trim() === '') return null
  const token = /^Bearer +([\w.~+/-]+=*) *$/i.exec(authorization)?.[1]
  if (!token) throw misplaced()
  return token
}
