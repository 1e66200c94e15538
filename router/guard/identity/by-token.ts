import { bearer, createVerifier } from '@puchi/platform/identity/verifier'
import type { Viewer } from '@puchi/platform/identity/viewer'
import type { Log } from '@puchi/platform/log'
import type { JWTPayload } from 'jose'
import type { TokenFlags } from '../../flags.ts'
import type { Identity } from '../identity.ts'
import { openKeySet } from './key-set.ts'

type Around = { forwarded: Identity; log: Log }

/** Verifies another team's Bearer tokens, and passes on what `forwarded` does: the subgraphs read the token, too. */
export async function tokenIdentity(
  { jwks, issuer, audience }: TokenFlags,
  { forwarded, log }: Around,
): Promise<Identity> {
  const signed = {
    ...(await openKeySet(jwks, log)),
    issuer,
    audience,
    requiredClaims: ['exp'],
    read: viewerOf,
  }
  const verify = createVerifier(signed)
  return {
    ...forwarded,
    async identify(request) {
      const token = bearer(request.headersDistinct['authorization'])
      const caller = await forwarded.identify(request)
      return token === null ? caller : { ...caller, ...(await verify(token)) }
    },
    stands: ({ expiresAt = Number.POSITIVE_INFINITY }) => Date.now() < expiresAt,
  }
}

/** Of a user of another team no more is known than the token says: its scopes are what it may do. */
function viewerOf(claims: JWTPayload): { viewer: Viewer; expiresAt: number } {
  const { sub, exp = 0, scope, scp, scopes } = claims
  const permissions = [scope, scp, scopes].flatMap(namesIn)
  const userId = typeof sub === 'string' ? sub : ''
  return { viewer: { userId, sessionId: '', permissions, status: 'UNKNOWN' }, expiresAt: exp * 1000 }
}

/** `read:a read:b` (RFC 8693), or a list of such. */
const namesIn = (claim: unknown): string[] =>
  [claim]
    .flat()
    .flatMap((part) => (typeof part === 'string' ? part.split(' ') : []))
    .filter((name) => name !== '')
