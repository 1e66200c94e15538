// A stand-in for Clerk on one machine: keys, users, sessions and tokens as Clerk's own SDK and our services ask for them.
import { backendApi, type RevokedAnswer } from './identity/backend-api.ts'
import { type IdentityKey, keyIn, newKey } from './identity/key.ts'
import { sessionsIn } from './identity/sessions.ts'
import { type Mint, minter } from './identity/token.ts'
import { type IdentityUser, usersOf } from './identity/users.ts'
import { type WebhookOptions, webhooksOf } from './identity/webhooks.ts'
import { serve } from './serve.ts'

export type IdentityOptions = {
  /** 0 is any free one. */
  port: number
  host?: string
  users: readonly IdentityUser[]
  /** What callers of the Backend API show. */
  secretKey: string
  /** What tokens say in `iss`; http://localhost and the port when not given. */
  issuer?: string
  /** Where key and sessions are kept, so that tokens outlive a restart; nowhere when not given. */
  dataDir?: string
  key?: IdentityKey
  /** The status that a token for a session that ended is refused with; Clerk documents none. */
  revokedAnswer?: RevokedAnswer
  /** How webhooks are signed, once `deliverTo` says where they go. */
  webhooks?: WebhookOptions
}

export type Identity = {
  url: string
  issuer: string
  jwksUrl: string
  key: IdentityKey
  mint: Mint
  addUser(user: IdentityUser): void
  /** From now on webhooks go there. */
  deliverTo(url: string): void
  close(): Promise<void>
}

/** Starts the stand-in. Throws what `listen` throws. */
export async function startIdentity(options: IdentityOptions): Promise<Identity> {
  const { host = '127.0.0.1', dataDir } = options
  const key = options.key ?? (await (dataDir ? keyIn(dataDir) : newKey()))
  const users = usersOf(options.users)
  // The port, and with it the issuer, may be known only after listening.
  const place = { issuer: options.issuer ?? '' }
  const mint = minter(key, () => place.issuer)
  const webhooks = webhooksOf(options.webhooks ?? { secrets: [] })
  const { fetch } = backendApi({
    users,
    sessions: sessionsIn(dataDir),
    key,
    mint,
    issuer: () => place.issuer,
    secretKey: options.secretKey,
    revokedAnswer: options.revokedAnswer ?? 404,
    tell: webhooks.tell,
  })
  const { port, close } = await serve(fetch, { port: options.port, host })
  place.issuer ||= `http://localhost:${port}`
  const url = `http://${host === '0.0.0.0' ? '127.0.0.1' : host}:${port}`
  return {
    url,
    issuer: place.issuer,
    jwksUrl: `${url}/.well-known/jwks.json`,
    key,
    mint,
    addUser: (user) => webhooks.tell('user.created', users.add(user)),
    deliverTo: webhooks.deliverTo,
    async close() {
      webhooks.close()
      await close()
    },
  }
}
