import type { Session as ClerkApiSession, User as ClerkApiUser } from '@clerk/backend'
import { detailsIn, locationIn } from '../domain/clerk-user.ts'
import type { ClerkSession } from '../domain/session.ts'
import type { Details } from '../domain/user.ts'

/** The details of a user as Clerk's SDK answers them. Throws where the answer is not that user. */
export function detailsAnswered({ id, raw }: ClerkApiUser, asked: string): Details {
  // An answer that is not exactly application/json comes as a string, without an exception.
  if (id !== asked || !raw) throw new Error('Clerk answered something that is not the user')
  return detailsIn(raw)
}

/** A session as Clerk's SDK answers it; null where it is not live. */
export function sessionAnswered(session: ClerkApiSession, asked: string): ClerkSession | null {
  if (session.id !== asked) throw new Error('Clerk answered something that is not the session')
  if (session.status !== 'active') return null
  return {
    userId: session.userId,
    createdAt: new Date(session.createdAt),
    expiresAt: new Date(session.expireAt),
    location: locationIn(session.latestActivity),
  }
}
