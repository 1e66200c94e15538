import type { Log } from '@puchi/platform/log'
import type { Flags } from '../../flags.ts'
import type { Settings } from '../../settings.ts'
import type { Heard, Identity } from '../identity.ts'
import { forwardedIdentity } from './forwarded.ts'

type Options = { heard: Heard; flags: Flags; log: Log }

/** Stack settings verify and sign; settings without secrets forward, and load nothing that reads a token unless told. */
export async function chooseIdentity(env: Settings, { heard, flags, log }: Options): Promise<Identity> {
  if (!('ROUTER_SECRETS' in env)) return anyIdentity(flags, log)
  const { verifiedIdentity } = await import('./verified.ts')
  return verifiedIdentity(env, heard)
}

async function anyIdentity({ forwardHeaders, tokens }: Flags, log: Log): Promise<Identity> {
  const forwarded = forwardedIdentity(forwardHeaders)
  if (!tokens) return forwarded
  const { tokenIdentity } = await import('./by-token.ts')
  return tokenIdentity(tokens, { forwarded, log })
}
