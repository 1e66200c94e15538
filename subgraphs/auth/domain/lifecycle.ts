import { badInput, Refusal } from '@puchi/platform/errors'
import type { By, Own } from './outcome.ts'
import { type Change, changeNamed, firstSeen, present, type Standing, type User, type Users } from './user.ts'

/** What Clerk does to an account. Each rejects with SERVICE_UNAVAILABLE while Clerk cannot be reached. */
export type Gatekeeper = {
  ban(userId: string): Promise<void>
  unban(userId: string): Promise<void>
  remove(userId: string): Promise<void>
}

export type LifecyclePorts = { users: Users; gatekeeper: Gatekeeper; now: () => Date }

/** Bars a user and ends every session. Nobody else would be admin afterwards: CONFLICT. */
export const suspend = ({ users, gatekeeper, now }: LifecyclePorts, by: By, id: string): Promise<User> =>
  changeNamed(users, { id, by }, (known, standing) => {
    if (known.status === 'SUSPENDED') throw new Refusal('CONFLICT', 'The user is suspended already.')
    keepsAnAdmin(standing)
    return {
      user: { ...known, status: 'SUSPENDED', decidedAt: now() },
      ends: 'all',
      happened: [{ type: 'user.suspended', userId: id }],
      audit: [{ action: 'user.suspend', resource: 'user', resourceId: id }],
      meanwhile: () => gatekeeper.ban(id),
    }
  })

/** Lets a suspended user sign in again. */
export const reinstate = ({ users, gatekeeper, now }: LifecyclePorts, by: By, id: string): Promise<User> =>
  changeNamed(users, { id, by }, (known) => {
    if (known.status !== 'SUSPENDED') throw new Refusal('CONFLICT', 'The user is not suspended.')
    return {
      user: { ...known, status: 'ACTIVE', decidedAt: now() },
      happened: [{ type: 'user.updated', userId: id }],
      audit: [{ action: 'user.reinstate', resource: 'user', resourceId: id }],
      meanwhile: () => gatekeeper.unban(id),
    }
  })

/** Deletes the own account for good. `confirm` must be `DELETE`. */
export async function deleteAccount(ports: LifecyclePorts, by: Own, confirm: string): Promise<User> {
  if (confirm !== 'DELETE') throw badInput({ field: 'confirm', message: 'must be DELETE' })
  return ports.users.change(by.userId, by, (user, standing) => {
    const known = present(user)
    keepsAnAdmin(standing)
    return { ...deleted(known), meanwhile: () => ports.gatekeeper.remove(by.userId) }
  })
}

/** What is left of a user: a tombstone that nothing follows. */
export function deleted(user: User): Change {
  if (user.status === 'DELETED') return { user }
  return {
    user: { ...firstSeen(user.id), status: 'DELETED', roles: [] },
    ends: 'all',
    happened: [{ type: 'user.deleted', userId: user.id }],
    audit: [{ action: 'user.delete', resource: 'user', resourceId: user.id }],
  }
}

/** Throws CONFLICT where nobody else could act as admin. */
export function keepsAnAdmin({ isOnlyAdmin }: Standing): void {
  if (isOnlyAdmin) throw new Refusal('CONFLICT', 'Somebody else must be admin first.')
}
