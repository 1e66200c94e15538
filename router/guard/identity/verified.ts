import { Refusal } from '@puchi/platform/errors'
import { sign } from '@puchi/platform/identity/signature'
import { tokenRulesOf, tokenVerifier } from '@puchi/platform/identity/token'
import { bearer } from '@puchi/platform/identity/verifier'
import type { Settings } from '../../settings.ts'
import { clientBehind } from '../client.ts'
import type { Heard, Identity } from '../identity.ts'

type Secured = Extract<Settings, { ROUTER_SECRETS: unknown }>

/** Verifies the Bearer token, and signs the viewer for the subgraphs. Refuses a bad token with UNAUTHENTICATED. */
export function verifiedIdentity(env: Secured, { ended, viewerOf, changed }: Heard): Identity {
  const demo = env.NODE_ENV !== 'production' && env.DEMO_TOKEN
  const renewal = demo ? '`npm run --silent token -- puchiuser --ttl 3600` prints a fresh one.' : undefined
  const verify = tokenVerifier({ ...tokenRulesOf(env), renewal })
  const [secret = ''] = env.ROUTER_SECRETS
  const clientOf = clientBehind(env.TRUSTED_PROXIES)
  return {
    ours: true,
    clientOf,
    async identify(request) {
      const client = clientOf(request)
      const token = bearer(request.headersDistinct['authorization'])
      if (token === null) return { viewer: null, client }
      const verified = await verify(token)
      if (ended.has(verified.identity)) throw new Refusal('UNAUTHENTICATED', 'The session has ended.')
      const since = Date.now()
      return { viewer: await viewerOf(verified), client, expiresAt: verified.expiresAt, since }
    },
    stands: ({ viewer, since = 0, expiresAt = Number.POSITIVE_INFINITY }) =>
      Date.now() < expiresAt && !(viewer && (ended.has(viewer) || changed.since(viewer.userId, since))),
    introduce: (caller, call) => sign(secret, caller, call),
  }
}
