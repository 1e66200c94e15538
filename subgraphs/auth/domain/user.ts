import { Refusal } from '@puchi/platform/errors'
import type { By, Entry, Outcome } from './outcome.ts'
import type { Session } from './session.ts'

export type Status = 'ACTIVE' | 'SUSPENDED' | 'DELETED'

/** What only Clerk knows of a user. */
export type Details = {
  email: string | null
  emailVerified: boolean
  locale: string | null
  /** Names of sign-in providers, `google`. */
  linkedAccounts: readonly string[]
  /** Barred from signing in. */
  banned: boolean
  /** When Clerk last changed them: of two, the newer count. */
  asOf: Date
}

export type User = {
  id: string
  status: Status
  /** Null until Clerk has told them. */
  details: Omit<Details, 'banned'> | null
  /** When it was last decided here whether they may sign in: what Clerk said before does not undo it. */
  decidedAt: Date | null
  /** Names, in alphabetical order. */
  roles: readonly string[]
  /** Rises with every grant and revocation. */
  permissionVersion: number
  lastSignInAt: Date | null
}

/** What becomes of a user: the row as it shall stand, and what is kept beside it. */
export type Change = Outcome & {
  user: User
  /** Which of the user's sessions end with this, those not recorded yet too: each is revoked, told and no longer refreshed. */
  ends?: 'all' | { but: string; unrecorded: readonly Session[] }
}

/** What a rule may need beside the user, read under the same lock. */
export type Standing = { isOnlyAdmin: boolean }

export type Decide = (user: User | null, standing: Standing) => Change

/** All that the rules ask of storage. `store/users.ts` answers with Prisma, the tests with a Map. */
export type Users = {
  /** The users of the given ids in their order, null for an unknown one; one statement for all. */
  byIds(ids: readonly string[]): Promise<(User | null)[]>
  /**
   * The only way to write: locks the user, applies `decide` (null: not seen before), and keeps what it says,
   * or nothing.
   */
  change(id: string, by: By, decide: Decide): Promise<User>
}

/** Whether text has the shape of a Clerk user id, and so may stand in a path of Clerk's API. */
export const isUserId = (text: string): boolean => /^user_[A-Za-z0-9_]{1,64}$/.test(text)

export const firstSeen = (id: string): User => ({
  id,
  status: 'ACTIVE',
  details: null,
  decidedAt: null,
  roles: ['user'],
  permissionVersion: 0,
  lastSignInAt: null,
})

/** What is kept of somebody for the first time. */
export const registered = (user: User): Change => ({
  user,
  happened: [{ type: 'user.created', userId: user.id }],
  audit: [registration(user.id)],
})

export const registration = (userId: string): Entry => ({
  action: 'user.register',
  resource: 'user',
  resourceId: userId,
})

/** The user, or NOT_FOUND where there is none or none any more. */
export function present(user: User | null): User {
  if (!user || user.status === 'DELETED') throw noSuchUser()
  return user
}

const noSuchUser = () => new Refusal('NOT_FOUND', 'There is no such user.')

type DecideNamed = (user: User, standing: Standing) => Change

/** Changes whom somebody names by an id, which may be any text. Nobody has it, or nobody any more: NOT_FOUND. */
export async function changeNamed(users: Users, { id, by }: { id: string; by: By }, decide: DecideNamed) {
  if (!isUserId(id)) throw noSuchUser()
  return users.change(id, by, (user, standing) => decide(present(user), standing))
}
