import { randomBytes } from 'node:crypto'
import { Refusal } from '@puchi/platform/errors'
import type { GivenDevice } from './device.ts'
import type { Entry, Own } from './outcome.ts'
import { firstToken, hashOf, type RefreshTokens } from './refresh.ts'
import {
  begun,
  isLive,
  recorded,
  type Session,
  type SessionKeeper,
  type SessionPorts,
  unrecorded,
} from './session.ts'
import { present, type Users } from './user.ts'

/** `refreshToken` is null once it was rotated: its successors are with whoever rotated it. */
export type LoggedIn = { session: Session; refreshToken: string | null }

export type LoginPorts = SessionPorts & {
  users: Users
  tokens: RefreshTokens
  /** Kept outside the database: a first refresh token is derived with the first, and found again with each. */
  keys: readonly string[]
}

/**
 * Records the viewer's Clerk session with its device, and answers its first refresh token, the same however often it
 * is asked before that is used. Clerk does not know the session as live: UNAUTHENTICATED.
 */
export async function login(ports: LoginPorts, by: Own, given: GivenDevice): Promise<LoggedIn> {
  const { sessions, keeper, keys, now } = ports
  const known = await keeper.sessionOf(by.sessionId)
  if (known?.userId !== by.userId) throw new Refusal('UNAUTHENTICATED', 'The session has ended.')
  const refreshSecret = randomBytes(32).toString('base64url')
  const firstHash = hashOf(firstToken(keys[0] ?? '', refreshSecret))
  const session = await sessions.change(by.sessionId, by, (session) =>
    recorded(session ?? begun(by.sessionId, known), by, { given, refreshSecret, firstHash, now: now() }),
  )
  return { session, refreshToken: await unused(ports, session.refreshSecret ?? '') }
}

async function unused({ keys, tokens }: LoginPorts, secret: string): Promise<string | null> {
  for (const token of keys.map((key) => firstToken(key, secret))) {
    const kept = await tokens.find(hashOf(token))
    if (kept) return kept.rotatedAt ? null : token
  }
  return null
}

/** Ends every session of the viewer but the one that asks, here and at Clerk. Answers how many. */
export async function revokeOtherSessions(ports: LoginPorts, by: Own): Promise<number> {
  const { users, sessions, keeper, now } = ports
  const atClerk = await keeper.liveOf(by.userId)
  const [recorded = []] = await sessions.liveOf([by.userId])
  const here = new Set(recorded.filter((session) => isLive(session, now())).map(({ id }) => id))
  const others = [...new Set([...here, ...atClerk])].filter((id) => id !== by.sessionId)
  const strange = others.filter((id) => !here.has(id))
  const atClerkAlone = strange.map((id) => unrecorded({ userId: by.userId, sessionId: id }, now()))
  await users.change(by.userId, by, (user) => ({
    user: present(user),
    ends: { but: by.sessionId, unrecorded: atClerkAlone },
    audit: [
      ...atClerkAlone.map(revocation),
      { action: 'auth.logout_all', resource: 'user', resourceId: by.userId },
    ],
    meanwhile: () => endAll(keeper, others),
  }))
  return others.length
}

const revocation = ({ id }: Session): Entry => ({
  action: 'auth.session.revoke',
  resource: 'session',
  resourceId: id,
})

// A few at a time: Clerk is asked no more than so much at once.
async function endAll(keeper: SessionKeeper, ids: readonly string[]): Promise<void> {
  for (let from = 0; from < ids.length; from += 5)
    await Promise.all(ids.slice(from, from + 5).map((id) => keeper.end(id)))
}
