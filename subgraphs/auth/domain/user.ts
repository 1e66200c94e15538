import { usernameBase } from './username-base.ts'

export type Status = 'ACTIVE' | 'SUSPENDED' | 'DELETED'

/** What only Clerk knows of a user. */
export type Details = { email: string | null; emailVerified: boolean; locale: string | null }

export type User = {
  id: string
  status: Status
  /** Null until Clerk has told them. */
  details: Details | null
  /** Names, in alphabetical order. */
  roles: readonly string[]
}

/** An account as the other services are told of it. Never an e-mail: only what a username is made of. */
export type Known = { userId: string; locale: string | null; usernameBase: string | null }

/** What the other services are told, once the change is kept. */
export type Happened =
  | (Known & { what: 'created' })
  | (Known & { what: 'updated'; status: 'ACTIVE' | 'SUSPENDED' })

/** What becomes of a user: the row as it shall stand, and what there is to tell. */
export type Change = { user: User; happened?: Happened[] }

/** All that the rules ask of storage. `store/users.ts` answers with Prisma, the tests with a Map. */
export type Users = {
  /** The users of the given ids in their order, null for an unknown one; one statement for all. */
  byIds(ids: readonly string[]): Promise<(User | null)[]>
  /**
   * The only way to write: locks the user, applies `decide` (null: not seen before), and keeps what it says,
   * or nothing.
   */
  change(id: string, decide: (user: User | null) => Change): Promise<User>
}

/** Clerk, asked for one user; null where it has none of that id. */
export type Directory = { detailsOf(id: string): Promise<Details | null> }

/** Whether text has the shape of a Clerk user id, and so may stand in a path of Clerk's API. */
export const isUserId = (text: string): boolean => /^user_[A-Za-z0-9_]{1,64}$/.test(text)

const firstSeen = (id: string): User => ({ id, status: 'ACTIVE', details: null, roles: ['user'] })

/** Gives a user seen for the first time a row and the role `user`. Whoever is known, deleted ones included, stays. */
export const welcome = (users: Users, id: string): Promise<User> =>
  users.change(id, (user) => (user ? { user } : created(firstSeen(id))))

export const lacksDetails = ({ status, details }: User): boolean => status !== 'DELETED' && details === null

/** Keeps what Clerk says of a user. Nothing of a deleted one comes back. Throws while Clerk cannot say. */
export async function learnDetails(users: Users, directory: Directory, id: string): Promise<void> {
  const details = await directory.detailsOf(id)
  if (details) await users.change(id, (user) => described(user, id, details))
}

function described(before: User | null, id: string, details: Details): Change {
  if (!before) return created({ ...firstSeen(id), details })
  const { status } = before
  if (status === 'DELETED') return { user: before }
  const user = { ...before, details }
  return { user, happened: [{ what: 'updated', status, ...known(user) }] }
}

const created = (user: User): Change => ({ user, happened: [{ what: 'created', ...known(user) }] })

const known = ({ id, details }: User): Known => ({
  userId: id,
  locale: details?.locale ?? null,
  usernameBase: details && usernameBase(details.email ?? ''),
})
