import type { IncomingHttpHeaders } from 'node:http'
import { Refusal } from '../errors.ts'
import { type Caller, headerNames, isOneOf, signedCaller } from './signature.ts'
import type { VerifyToken } from './token.ts'
import { bearer } from './verifier.ts'
import { userAgentIn, type Viewer } from './viewer.ts'
import type { ViewerOf } from './viewers.ts'

export type Call = { headers: IncomingHttpHeaders; path: string; body: Buffer }
export type Admit = (call: Call) => Promise<Caller>

/** The header by which a router that is not ours shows its credential. */
export const credentialHeader = 'router-credential'

export type AdmissionOptions = {
  secrets: readonly string[]
  credentials: readonly string[]
  verify: VerifyToken
  /** Where permissions are looked up for those whom another router sends. */
  viewerOf: ViewerOf
}

/**
 * Lets in our router (it signs time, viewer and body) and any other router (it shows a credential and passes on the
 * user's own token, which is verified here), and answers whom they speak for. Anybody else is UNAUTHENTICATED.
 */
export function admission({ secrets, credentials, verify, viewerOf }: AdmissionOptions): Admit {
  const viewerIn = async (
    authorization: string | undefined,
  ): Promise<{ viewer: Viewer | null; expiresAt?: number }> => {
    const token = bearer(authorization)
    if (token === null) return { viewer: null }
    const verified = await verify(token)
    return { viewer: await viewerOf(verified), expiresAt: verified.expiresAt }
  }
  return async ({ headers, path, body }) => {
    if (headers[headerNames.signature] !== undefined) {
      const caller = signedCaller(secrets, { headers, path, body })
      if (caller === undefined) throw stranger()
      return caller
    }
    if (!isOneOf(credentials, String(headers[credentialHeader] ?? ''))) throw stranger()
    const known = await viewerIn(headers['authorization'])
    return { ...known, client: { ip: null, userAgent: userAgentIn(headers['user-agent']) } }
  }
}

const stranger = () => new Refusal('UNAUTHENTICATED', 'Only a router may call this service.')
