import type { Session as ClerkApiSession, User as ClerkUser } from '@clerk/backend'
import type { ClerkSession } from '../domain/session.ts'
import type { Details } from '../domain/user.ts'

/** The details of a user as Clerk's SDK answers them. Throws where the answer is not that user. */
export function detailsIn(user: ClerkUser, id: string): Details {
  // An answer that is not exactly application/json comes as a string, without an exception.
  if (user.id !== id) throw new Error('Clerk answered something that is not the user')
  const email = user.emailAddresses.find((one) => one.id === user.primaryEmailAddressId)
  return {
    email: email && email.emailAddress.length <= 320 ? email.emailAddress : null,
    emailVerified: email?.verification?.status === 'verified',
    locale: localeIn(user.locale),
    linkedAccounts: providersIn(user.externalAccounts.map(({ provider }) => provider)),
    banned: user.banned === true,
    asOf: new Date(user.updatedAt || user.createdAt || 0),
  }
}

export const localeIn = (locale: string | null | undefined): string | null =>
  locale && /^[\w-]{2,35}$/.test(locale) ? locale : null

/** `oauth_google` is `google`; what is no provider of ours is left out. */
export const providersIn = (providers: readonly string[]): string[] =>
  [...new Set(providers.map((name) => name.replace(/^oauth_(custom_)?/, '')))].filter(isProvider).toSorted()

const isProvider = (name: string): boolean => ['google', 'facebook', 'tiktok'].includes(name)

/** A session as Clerk's SDK answers it; null where it is not live. */
export function sessionIn(session: ClerkApiSession, id: string): ClerkSession | null {
  if (session.id !== id) throw new Error('Clerk answered something that is not the session')
  if (session.status !== 'active') return null
  const { city, country } = session.latestActivity ?? {}
  return {
    userId: session.userId,
    createdAt: new Date(session.createdAt),
    expiresAt: new Date(session.expireAt),
    location: [city, country].filter(Boolean).join(', ') || null,
  }
}
