import type { Details } from './user.ts'

/** Of a user, as Clerk writes them in its API and in its webhooks alike, what is read here. */
export type ClerkUser = {
  primary_email_address_id?: string | null | undefined
  email_addresses?: readonly EmailAddress[] | undefined
  external_accounts?: readonly { provider: string }[] | undefined
  locale?: string | null | undefined
  banned?: boolean | undefined
  /** Milliseconds since 1970. */
  updated_at?: number | undefined
}

type EmailAddress = {
  id: string
  email_address: string
  verification?: { status: string } | null | undefined
}

export function detailsIn({ email_addresses = [], external_accounts = [], ...user }: ClerkUser): Details {
  const email = email_addresses.find(({ id }) => id === user.primary_email_address_id)
  return {
    email: email && isStorable(email.email_address, 320) ? email.email_address : null,
    emailVerified: email?.verification?.status === 'verified',
    locale: user.locale && /^[\w-]{2,35}$/.test(user.locale) ? user.locale : null,
    linkedAccounts: known.filter((name) => external_accounts.some((one) => providerOf(one) === name)),
    banned: user.banned === true,
    asOf: new Date(user.updated_at ?? 0),
  }
}

const known = ['facebook', 'google', 'tiktok']

/** `oauth_google` is `google`. */
const providerOf = ({ provider }: { provider: string }): string => provider.replace(/^oauth_(custom_)?/, '')

/** Where a session was last used, as far as Clerk knows: `Hanoi, VN`. */
export const locationIn = (activity: Activity | null | undefined): string | null =>
  [activity?.city, activity?.country].filter((place) => place && isStorable(place, 100)).join(', ') || null

// PostgreSQL keeps no NUL, and no half of a surrogate pair.
const isStorable = (text: string, longest: number): boolean =>
  text.length <= longest && !text.includes('\0') && text.isWellFormed()

type Activity = { city?: string | null | undefined; country?: string | null | undefined }
