import type { Status, User } from './user.ts'

/** Who looks at an account, as far as that matters. */
export type Onlooker = { userId: string | undefined; isAdmin: boolean }

/** A user's account as somebody sees it: null is what is not theirs to see, or not known. */
export type Account = {
  id: string
  email: string | null
  emailVerified: boolean | null
  status: Status | null
  locale: string | null
  lastSignInAt: Date | null
  roles: string[] | null
  permissionVersion: number | null
  linkedAccounts: readonly string[] | null
  /** Whether the onlooker may see the rest of the account, sessions and permissions. */
  isOpen: boolean
}

const closed: Omit<Account, 'id'> = {
  email: null,
  emailVerified: null,
  status: null,
  locale: null,
  lastSignInAt: null,
  roles: null,
  permissionVersion: null,
  linkedAccounts: null,
  isOpen: false,
}

/** An account is seen by its owner and by who manages accounts; everybody else gets the bare id, never an error. */
export function accountFor({ userId, isAdmin }: Onlooker, id: string, user: User | null): Account {
  if (!user || (userId !== id && !isAdmin)) return { id, ...closed }
  const { status, details, roles, permissionVersion, lastSignInAt } = user
  return {
    id,
    email: details?.email ?? null,
    emailVerified: details?.emailVerified ?? null,
    status,
    locale: details?.locale ?? null,
    lastSignInAt,
    roles: [...roles],
    permissionVersion,
    linkedAccounts: details?.linkedAccounts ?? null,
    isOpen: true,
  }
}
