import { badInput, Refusal } from '@puchi/platform/errors'
import { keepsAnAdmin } from './lifecycle.ts'
import type { By, Outcome } from './outcome.ts'
import { changeNamed, type User, type Users } from './user.ts'

export type Role = {
  name: string
  description: string
  /** The product is built on it: it cannot be deleted. */
  system: boolean
  /** Names, in alphabetical order. */
  permissions: string[]
}
export type Permission = { name: string; description: string }

/** What becomes of a role; null deletes it. */
export type RoleChange<R extends Role | null> = Outcome & { role: R }
export type RoleStanding = { holders: number; known: ReadonlySet<string> }

export type Roles = {
  all(): Promise<Role[]>
  permissions(): Promise<Permission[]>
  /** Locks the name, applies `decide` (null: no such role), and keeps what it says, or nothing. */
  change<R extends Role | null>(
    name: string,
    by: By,
    decide: (role: Role | null, standing: RoleStanding) => RoleChange<R>,
  ): Promise<R>
}

type Ports = { users: Users; roles: Roles }
export type Grant = { userId: string; role: string }

const aboutGrant = (user: User, role: string) => ({
  userId: user.id,
  role,
  permissionVersion: user.permissionVersion,
})

/** Gives a user a role. An unknown one: NOT_FOUND; one held already changes nothing. */
export async function assignRole({ users, roles }: Ports, by: By, { userId, role }: Grant): Promise<User> {
  await existing(roles, role)
  return changeNamed(users, { id: userId, by }, (before) => {
    if (before.roles.includes(role)) return { user: before }
    const after = regraded(before, [...before.roles, role].toSorted())
    return {
      user: after,
      happened: [{ type: 'role.granted', ...aboutGrant(after, role) }],
      audit: [{ action: 'role.grant', resource: 'user', resourceId: userId, metadata: { role } }],
    }
  })
}

/** Takes a role from a user. The last admin keeps it: CONFLICT. One that is not held: NOT_FOUND. */
export async function revokeRole({ users, roles }: Ports, by: By, { userId, role }: Grant): Promise<User> {
  await existing(roles, role)
  return changeNamed(users, { id: userId, by }, (before, standing) => {
    if (!before.roles.includes(role)) throw new Refusal('NOT_FOUND', 'The user does not hold that role.')
    if (role === 'admin') keepsAnAdmin(standing)
    const after = regraded(
      before,
      before.roles.filter((one) => one !== role),
    )
    return {
      user: after,
      happened: [{ type: 'role.revoked', ...aboutGrant(after, role) }],
      audit: [{ action: 'role.revoke', resource: 'user', resourceId: userId, metadata: { role } }],
    }
  })
}

const regraded = (user: User, roles: readonly string[]): User => ({
  ...user,
  roles,
  permissionVersion: user.permissionVersion + 1,
})

async function existing(roles: Roles, name: string): Promise<void> {
  if (!(await roles.all()).some((role) => role.name === name)) throw noSuchRole()
}

export const noSuchRole = () => new Refusal('NOT_FOUND', 'There is no such role.')
export const roleIsHeld = () => new Refusal('CONFLICT', 'Somebody holds that role.')

export type NewRole = { name: string; description: string; permissions: readonly string[] }

/** Makes a role. A name that is taken: CONFLICT. */
export function createRole(roles: Roles, by: By, { name, description, permissions }: NewRole): Promise<Role> {
  if (!/^[a-z][a-z0-9_-]{1,49}$/.test(name))
    throw badInput({ field: 'name', message: 'must be 2 to 50 of a-z 0-9 _ -, beginning with a letter' })
  if (description.length > 500)
    throw badInput({ field: 'description', message: 'must have at most 500 characters' })
  return roles.change(name, by, (role, { known }) => {
    if (role) throw new Refusal('CONFLICT', 'A role of that name exists already.')
    return {
      role: { name, description, system: false, permissions: chosen(permissions, known) },
      audit: [{ action: 'role.create', resource: 'role', resourceId: name }],
    }
  })
}

/** Deletes a role nobody holds. A system role: FORBIDDEN. */
export const deleteRole = (roles: Roles, by: By, name: string): Promise<null> =>
  roles.change(name, by, (role, { holders }) => {
    if (!role) throw noSuchRole()
    if (role.system) throw new Refusal('FORBIDDEN', 'A system role cannot be deleted.')
    if (holders > 0) throw roleIsHeld()
    return { role: null, audit: [{ action: 'role.delete', resource: 'role', resourceId: name }] }
  })

/** Says anew what a role allows. `admin` must go on managing roles. */
export const setRolePermissions = (
  roles: Roles,
  by: By,
  { name, permissions }: Pick<NewRole, 'name' | 'permissions'>,
): Promise<Role> =>
  roles.change(name, by, (role, { known }) => {
    if (!role) throw noSuchRole()
    if (name === 'admin' && !permissions.includes('admin:roles'))
      throw new Refusal('CONFLICT', 'Somebody must be able to manage roles.')
    const metadata = { permissions: permissions.join(' ') }
    return {
      role: { ...role, permissions: chosen(permissions, known) },
      audit: [{ action: 'role.permissions', resource: 'role', resourceId: name, metadata }],
    }
  })

function chosen(permissions: readonly string[], known: ReadonlySet<string>): string[] {
  const unknown = permissions.filter((name) => !known.has(name))
  if (unknown.length > 0) throw badInput({ field: 'permissions', message: 'names what there is not' })
  return [...new Set(permissions)].toSorted()
}
