import type { Flags } from '../flags.ts'
import type { Settings } from '../settings.ts'
import type { Heard, Identity } from './identity.ts'

/** Passes Authorization, and what else is named, on as it came, unverified. */
export const forwardedIdentity = (more: readonly string[] = []): Identity => {
  const names = ['authorization', ...more]
  return {
    ours: false,
    clientOf: () => undefined,
    async identify({ headers }) {
      const given: Record<string, string> = {}
      for (const name of names) if (headers[name]) given[name] = String(headers[name])
      return { viewer: null, ...(Object.keys(given).length > 0 && { headers: given }) }
    },
    stands: () => true,
    introduce: ({ headers = {} }) => headers,
  }
}

/** Stack settings verify and sign; settings without secrets forward, and load nothing that reads a token. */
export async function identityOf(env: Settings, heard: Heard, { forwardHeaders }: Flags): Promise<Identity> {
  if (!('ROUTER_SECRETS' in env)) return forwardedIdentity(forwardHeaders)
  const { verifiedIdentity } = await import('./verified-identity.ts')
  return verifiedIdentity(env, heard)
}
