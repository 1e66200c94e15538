import { Refusal } from './errors.ts'
import { headerNames, isOneOf, signedViewer } from './signature.ts'
import { bearer, type VerifyToken } from './token.ts'
import type { Viewer } from './viewer.ts'

export type Call = { headers: NodeJS.Dict<string | string[]>; path: string; body: Buffer }
export type Admit = (call: Call) => Promise<Viewer | null>

/** The header by which a router that is not ours shows its credential. */
export const credentialHeader = 'router-credential'

/**
 * Lets in our router (it signs time, viewer and body) and any other router (it shows a credential and passes on the
 * user's own token, which is verified here), and answers whom they speak for. Anybody else is UNAUTHENTICATED.
 */
export function admission(
  secrets: readonly string[],
  credentials: readonly string[],
  verify: VerifyToken,
): Admit {
  return async ({ headers, path, body }) => {
    if (headers[headerNames.signature] !== undefined) {
      const viewer = signedViewer(secrets, { headers, path, body })
      if (viewer === undefined) throw stranger()
      return viewer
    }
    if (!isOneOf(credentials, String(headers[credentialHeader] ?? ''))) throw stranger()
    const token = bearer(headers['authorization'])
    return token === null ? null : (await verify(token)).viewer
  }
}

const stranger = () => new Refusal('UNAUTHENTICATED', 'Only a router may call this service.')
