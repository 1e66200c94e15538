import { described, welcome } from './first-sight.ts'
import { deleted } from './lifecycle.ts'
import { AppliedBefore, type By, bySystem } from './outcome.ts'
import { begun, type ClerkSession, ended, type Sessions } from './session.ts'
import { type Details, firstSeen, type Users } from './user.ts'

/** What Clerk tells of its own accord. */
export type Notice =
  | { about: 'user'; userId: string; details: Details }
  | { about: 'deleted user'; userId: string }
  | { about: 'session'; sessionId: string; session: ClerkSession; hasEnded: boolean }

export type NoticePorts = { users: Users; sessions: Sessions; now: () => Date }

/** False: the delivery was applied before. */
export type Receive = (notice: Notice, delivery: string) => Promise<boolean>

/** Applies notices, each once however often it is delivered and whatever the order. */
export const receiver =
  (ports: NoticePorts): Receive =>
  async (notice, delivery) => {
    const by = { ...bySystem, delivery }
    try {
      await (notice.about === 'session' ? aboutSession(ports, notice, by) : aboutUser(ports, notice, by))
      return true
    } catch (error) {
      if (error instanceof AppliedBefore) return false
      throw error
    }
  }

type UserNotice = Exclude<Notice, { about: 'session' }>
type SessionNotice = Extract<Notice, { about: 'session' }>

const aboutUser = ({ users }: NoticePorts, notice: UserNotice, by: By) =>
  users.change(notice.userId, by, (user) =>
    notice.about === 'user'
      ? described(notice.userId, user, notice.details)
      : deleted(user ?? firstSeen(notice.userId)),
  )

async function aboutSession(
  { users, sessions, now }: NoticePorts,
  notice: SessionNotice,
  by: By,
): Promise<void> {
  const { sessionId, session, hasEnded } = notice
  const { status } = await welcome(users, session.userId)
  if (status === 'DELETED') return
  await sessions.change(sessionId, { ...by, userId: session.userId }, (known) => {
    const before = known ?? begun(sessionId, session)
    if (!hasEnded || before.revokedAt) return { session: before }
    return ended(before, now(), 'auth.session.revoke')
  })
}
