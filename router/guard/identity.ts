import type { IncomingMessage } from 'node:http'
import { Refusal } from '@puchi/platform/errors'
import { sign, type Text } from '@puchi/platform/signature'
import { bearer, tokenRulesOf, tokenVerifier, type VerifyToken } from '@puchi/platform/token'
import type { Client, Viewer } from '@puchi/platform/viewer'
import type { Flags } from '../flags.ts'
import type { Settings } from '../settings.ts'
import { type ClientOf, clientBehind } from './client.ts'
import type { News } from './news.ts'

/** Whom a request speaks for: a verified viewer, or headers, Authorization among them, nobody here has looked into. */
export type Caller = {
  viewer: Viewer | null
  client?: Client
  headers?: Record<string, string>
  /** When the viewer's token ends, in milliseconds since 1970. */
  expiresAt?: number
  /** Since when it is known what the viewer may do, in milliseconds since 1970. */
  since?: number
}

/** Where a caller says who it is: a request, or a socket whose first message says it. */
export type Asking = Pick<IncomingMessage, 'socket' | 'headers' | 'headersDistinct'>

/** How a router learns who is asking, and how it tells the subgraphs. No identity header of a client counts. */
export type Identity = {
  /** Whether the subgraphs are ours: they know our signature, and their codes are those of our table. */
  ours: boolean
  /** Where a request comes from; undefined where nobody looks. */
  clientOf(request: Pick<Asking, 'socket' | 'headers'>): Client | undefined
  identify(request: Asking): Promise<Caller>
  /** Whether a caller may stay: its token and session have not ended, and it may do what it might when it came. */
  stands(caller: Caller): boolean
  /** The headers by which a subgraph learns of the caller. */
  introduce(caller: Caller, call: Text): Record<string, string>
}

type Heard = Pick<News, 'ended' | 'viewerOf' | 'changed'>

/** Verifies the Bearer token, and signs the viewer for the subgraphs. Refuses a bad token with UNAUTHENTICATED. */
export const verifiedIdentity = (
  verify: VerifyToken,
  secret: string,
  { ended, viewerOf, changed }: Heard,
  clientOf: ClientOf = clientBehind(),
): Identity => ({
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
})

/** Passes Authorization, and what else is named, on as it came, unverified. */
export const forwardedIdentity = (more: readonly string[] = []): Identity => {
  const names = ['authorization', ...more]
  return {
    ours: false,
    clientOf: () => undefined,
    async identify({ headers }) {
      const given = names.flatMap((name) => (headers[name] ? [[name, String(headers[name])]] : []))
      return { viewer: null, ...(given.length > 0 && { headers: Object.fromEntries(given) }) }
    },
    stands: () => true,
    introduce: ({ headers = {} }) => headers,
  }
}

/** Stack settings verify and sign; settings without secrets forward. */
export function identityOf(env: Settings, heard: Heard, { forwardHeaders }: Flags): Identity {
  if (!('ROUTER_SECRETS' in env)) return forwardedIdentity(forwardHeaders)
  const demo = env.NODE_ENV !== 'production' && env.DEMO_TOKEN
  const renewal = demo ? '`npm run --silent token -- puchiuser --ttl 3600` prints a fresh one.' : undefined
  const verify = tokenVerifier({ ...tokenRulesOf(env), renewal })
  const [secret = ''] = env.ROUTER_SECRETS
  return verifiedIdentity(verify, secret, heard, clientBehind(env.TRUSTED_PROXIES))
}
