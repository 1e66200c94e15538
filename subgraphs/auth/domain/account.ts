import type { Status, User } from './user.ts'

/** A user's account as somebody sees it: null is what is not theirs to see, or not known. */
export type Account = {
  id: string
  email: string | null
  emailVerified: boolean | null
  status: Status | null
  roles: string[] | null
}

/** An account is seen by its owner alone; everybody else gets the bare id, never an error. */
export function accountFor(viewerId: string | undefined, id: string, user: User | null): Account {
  if (viewerId !== id || !user) return { id, email: null, emailVerified: null, status: null, roles: null }
  const { status, details, roles } = user
  return {
    id,
    email: details?.email ?? null,
    emailVerified: details?.emailVerified ?? null,
    status,
    roles: [...roles],
  }
}
