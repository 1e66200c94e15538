import { Refusal } from '@puchi/platform/errors'
import { device, type GivenDevice } from './device.ts'
import type { By, Outcome, Own } from './outcome.ts'

export type Session = {
  /** Clerk's session id, a token's `sid`. */
  id: string
  userId: string
  deviceName: string | null
  deviceType: string | null
  os: string | null
  ipAddress: string | null
  userAgent: string | null
  location: string | null
  createdAt: Date
  lastUsedAt: Date
  expiresAt: Date
  revokedAt: Date | null
  /** What refresh tokens are derived with; null until `login` recorded the session. */
  refreshSecret: string | null
}

/** What Clerk says of a session. */
export type ClerkSession = {
  userId: string
  createdAt: Date
  expiresAt: Date
  location: string | null
}

export type SessionChange = Outcome & {
  session: Session
  /** The hash of a refresh token that begins with this. */
  issues?: { hash: string; expiresAt: Date }
  signsIn?: boolean
}

export type Sessions = {
  /** The live sessions of each user, last used first; one statement for all. */
  liveOf(userIds: readonly string[]): Promise<Session[][]>
  /** The ids of a user's sessions that ended before their time, until they would have expired; in order. */
  endedOf(userId: string): Promise<string[]>
  /** Locks the session's user and applies `decide` (null: not recorded yet). */
  change(
    id: string,
    by: By & { userId: string },
    decide: (session: Session | null) => SessionChange,
  ): Promise<Session>
}

/** Clerk, as far as sessions go. Rejects with SERVICE_UNAVAILABLE while it cannot be reached. */
export type SessionKeeper = {
  sessionOf(sessionId: string): Promise<ClerkSession | null>
  /** The ids of a user's live sessions, recorded here or not. */
  liveOf(userId: string): Promise<string[]>
  end(sessionId: string): Promise<void>
  /** A fresh session token; null where the session is not live. */
  tokenOf(sessionId: string): Promise<string | null>
}

/** Whether text has the shape of a Clerk session id, and so may stand in a path of Clerk's API. */
export const isSessionId = (text: string): boolean => /^sess_[A-Za-z0-9_]{1,64}$/.test(text)

export const isLive = ({ revokedAt, expiresAt }: Session, now: Date): boolean => !revokedAt && expiresAt > now

/** A session of which nothing but Clerk's word is known. */
export const begun = (id: string, { userId, location, createdAt, expiresAt }: ClerkSession): Session => ({
  id,
  userId,
  ...device({}, null),
  ipAddress: null,
  userAgent: null,
  location,
  createdAt,
  lastUsedAt: createdAt,
  expiresAt,
  revokedAt: null,
  refreshSecret: null,
})

export type Login = {
  given: GivenDevice
  refreshSecret: string
  firstHash: string
  now: Date
}

/** A session with the device it was begun on; recording it again changes nothing. */
export function recorded(
  session: Session,
  by: By,
  { given, refreshSecret, firstHash, now }: Login,
): SessionChange {
  if (!isLive(session, now)) throw new Refusal('UNAUTHENTICATED', 'The session has ended.')
  if (session.refreshSecret) return { session }
  const { ip: ipAddress, userAgent } = by
  return {
    session: {
      ...session,
      ...device(given, userAgent),
      ipAddress,
      userAgent,
      lastUsedAt: now,
      refreshSecret,
    },
    issues: { hash: firstHash, expiresAt: new Date(now.getTime() + refreshFor) },
    signsIn: true,
    happened: [{ type: 'session.created', userId: session.userId, sessionId: session.id }],
    audit: [{ action: 'auth.login', resource: 'session', resourceId: session.id }],
  }
}

/** Milliseconds for which a refresh token can be used: 30 days. */
export const refreshFor = 30 * 86_400_000

export type SessionPorts = { sessions: Sessions; keeper: SessionKeeper; now: () => Date }

/** Ends one of the own sessions. Somebody else's and an unknown one: NOT_FOUND; one that has ended: CONFLICT. */
export const revokeSession = (
  { sessions, keeper, now }: SessionPorts,
  by: Own,
  id: string,
): Promise<Session> =>
  sessions.change(id, by, (session) => {
    if (session?.userId !== by.userId) throw new Refusal('NOT_FOUND', 'You have no such session.')
    if (!isLive(session, now())) throw new Refusal('CONFLICT', 'The session has ended already.')
    return { ...ended(session, now(), 'auth.session.revoke'), meanwhile: () => keeper.end(id) }
  })

/** Ends the session that asks; one that was never recorded is kept as ended. */
export const logout = ({ sessions, keeper, now }: SessionPorts, by: Own): Promise<Session> =>
  sessions.change(by.sessionId, by, (session) => {
    const known = session ?? unrecorded(by, now())
    return { ...ended(known, now(), 'auth.logout'), meanwhile: () => keeper.end(known.id) }
  })

/** A session that Clerk began and `login` never recorded, as far as the caller's token tells of it. */
export const unrecorded = ({ userId, sessionId }: Pick<Own, 'userId' | 'sessionId'>, now: Date): Session =>
  begun(sessionId, {
    userId,
    location: null,
    createdAt: now,
    // Its tokens are void within minutes; a day is longer than any of them lives.
    expiresAt: new Date(now.getTime() + 86_400_000),
  })

/** What becomes of a session that ends now: the row, what is told and what is audited. */
export const ended = (
  session: Session,
  now: Date,
  action: 'auth.logout' | 'auth.session.revoke' | 'auth.refresh.reuse',
): SessionChange => ({
  session: { ...session, revokedAt: now },
  happened: [{ type: 'session.revoked', userId: session.userId, sessionId: session.id }],
  audit: [{ action, resource: 'session', resourceId: session.id }],
})
