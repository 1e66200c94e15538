import { createHash, createHmac } from 'node:crypto'
import { Refusal } from '@puchi/platform/errors'
import type { By } from './outcome.ts'
import { ended, isLive, refreshFor, type Session, type SessionKeeper, type Sessions } from './session.ts'

/** A refresh token as it is kept: its hash stands for it. */
export type KeptToken = {
  hash: string
  session: Session
  expiresAt: Date
  /** When its successor was given out; null for the newest. */
  rotatedAt: Date | null
}

export type RefreshTokens = {
  find(hash: string): Promise<KeptToken | null>
  /** Marks a token as rotated and keeps its successor, once however often it is called. False: the session has ended. */
  rotate(token: KeptToken, by: By, successor: { hash: string; expiresAt: Date }): Promise<boolean>
}

export type Refreshed = { sessionToken: string; refreshToken: string; expiresAt: Date }

/** Milliseconds for which a rotated token still answers its successor, for requests that crossed. */
export const grace = 10_000

/** How a token is kept: its SHA-256 in hex. */
export const hashOf = (token: string): string => createHash('sha256').update(token).digest('hex')

/** The first refresh token of a session. The key is not in the database: who reads that cannot make one. */
export const firstToken = (key: string, secret: string): string => derived(key, `first ${secret}`)

/** What follows a token, the same for everybody who shows it. */
export const successor = (token: string, secret: string): string => derived(secret, token)

const derived = (key: string, text: string): string =>
  `rt_${createHmac('sha256', key).update(text).digest('base64url')}`

type Worth = 'void' | 'good' | 'reused'

/** What a token that is shown is worth. One that was rotated longer ago than the grace has been stolen, or its heir. */
export function worthOf(token: KeptToken | null, now: Date): Worth {
  if (!token || token.expiresAt <= now || !isLive(token.session, now)) return 'void'
  if (!token.rotatedAt) return 'good'
  return now.getTime() - token.rotatedAt.getTime() <= grace ? 'good' : 'reused'
}

export type RefreshPorts = {
  tokens: RefreshTokens
  sessions: Sessions
  keeper: SessionKeeper
  now: () => Date
}

const refused = () => new Refusal('UNAUTHENTICATED', 'The refresh token is invalid or has expired.')

/** Rotates a refresh token. Every failure is the same UNAUTHENTICATED; one that comes back late ends its session. */
export async function refresh(ports: RefreshPorts, by: By, token: string): Promise<Refreshed> {
  const kept = await ports.tokens.find(hashOf(token))
  const worth = worthOf(kept, ports.now())
  const secret = kept?.session.refreshSecret
  if (!kept || !secret || worth === 'void') throw refused()
  if (worth === 'reused') return endFamily(ports, by, kept.session)
  const { session } = kept
  const expiresAt = new Date(ports.now().getTime() + refreshFor)
  const sessionToken = await ports.keeper.tokenOf(session.id)
  if (!sessionToken) throw refused()
  const refreshToken = successor(token, secret)
  const rotated = await ports.tokens.rotate(
    kept,
    { ...by, userId: session.userId },
    { hash: hashOf(refreshToken), expiresAt },
  )
  if (!rotated) throw refused()
  return { sessionToken, refreshToken, expiresAt }
}

async function endFamily(ports: RefreshPorts, by: By, { id, userId }: Session): Promise<never> {
  const { sessions, keeper, now } = ports
  await sessions.change(id, { ...by, userId }, (session) => {
    if (!session || !isLive(session, now())) throw refused()
    return ended(session, now(), 'auth.refresh.reuse')
  })
  // Ended here whatever Clerk says: its tokens for this session are refused from now on.
  await keeper.end(id).catch(() => {})
  throw refused()
}
