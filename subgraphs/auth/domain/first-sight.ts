import { bySystem } from './outcome.ts'
import {
  type Change,
  type Details,
  firstSeen,
  registered,
  registration,
  type User,
  type Users,
} from './user.ts'

/** Clerk, asked for one user; null where it has none of that id. */
export type Directory = { detailsOf(id: string): Promise<Details | null> }

/** Gives a user seen for the first time a row and the role `user`. Whoever is known, deleted or not, stays. */
export const welcome = (users: Users, id: string): Promise<User> =>
  users.change(id, bySystem, (user) => (user ? { user } : registered(firstSeen(id))))

export const lacksDetails = ({ status, details }: User): boolean => status !== 'DELETED' && details === null

/** Keeps what Clerk says of a user. Throws while Clerk cannot say. */
export async function learnDetails(users: Users, directory: Directory, id: string): Promise<void> {
  const details = await directory.detailsOf(id)
  if (details) await users.change(id, bySystem, (user) => described(id, user, details))
}

/** A user as Clerk describes them, but for what is older than what is known or was decided here. Nothing of a deleted one comes back. */
export function described(id: string, user: User | null, details: Details): Change {
  const { banned, ...known } = details
  const before = user ?? firstSeen(id)
  if (before.status === 'DELETED' || (before.details && before.details.asOf > details.asOf))
    return { user: before }
  const isDecided = before.decidedAt !== null && before.decidedAt >= details.asOf
  const status = isDecided ? before.status : banned ? 'SUSPENDED' : 'ACTIVE'
  const after: User = { ...before, details: known, status }
  const suspended = status === 'SUSPENDED' && before.status !== 'SUSPENDED'
  return {
    user: after,
    happened: [
      ...(user ? [] : [{ type: 'user.created' as const, userId: id }]),
      { type: 'user.updated', userId: id },
      ...(suspended ? [{ type: 'user.suspended' as const, userId: id }] : []),
    ],
    audit: user ? [] : [registration(id)],
    ...(suspended && { ends: 'all' }),
  }
}
