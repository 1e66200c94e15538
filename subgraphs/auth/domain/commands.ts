import { type AuditLog, audited } from './audit.ts'
import type { GivenDevice } from './device.ts'
import { deleteAccount, type Gatekeeper, reinstate, suspend } from './lifecycle.ts'
import { type LoginPorts, login, revokeOtherSessions } from './login.ts'
import type { By, Entry, Own } from './outcome.ts'
import { type RefreshTokens, refresh } from './refresh.ts'
import {
  assignRole,
  createRole,
  deleteRole,
  type Grant,
  type NewRole,
  type Roles,
  revokeRole,
  setRolePermissions,
} from './roles.ts'
import { logout, revokeSession, type SessionKeeper, type Sessions } from './session.ts'
import type { Users } from './user.ts'

/** Runs a change that asks Clerk before it is committed; SERVICE_UNAVAILABLE where too many do so already. */
export type AtClerk = <T>(change: () => Promise<T>) => Promise<T>

export type Ports = {
  users: Users
  sessions: Sessions
  tokens: RefreshTokens
  roles: Roles
  audit: AuditLog
  keeper: SessionKeeper
  gatekeeper: Gatekeeper
  atClerk: AtClerk
  keys: LoginPorts['keys']
  now: () => Date
}

export type Commands = ReturnType<typeof commandsOf>

/** All that somebody may ask auth to do, for whatever door they come through. What is refused is audited. */
export function commandsOf(ports: Ports) {
  const { audit, roles, atClerk } = ports
  const on = (action: Entry['action'], resource: Entry['resource'], resourceId: string): Entry => ({
    action,
    resource,
    resourceId,
  })
  return {
    login: (by: Own, given: GivenDevice) =>
      audited(audit, by, on('auth.login', 'session', by.sessionId), () => login(ports, by, given)),
    logout: (by: Own) =>
      audited(audit, by, on('auth.logout', 'session', by.sessionId), () => atClerk(() => logout(ports, by))),
    refresh: (by: By, token: string) => refresh(ports, by, token),
    revokeSession: (by: Own, id: string) =>
      audited(audit, by, on('auth.session.revoke', 'session', id), () =>
        atClerk(() => revokeSession(ports, by, id)),
      ),
    revokeOtherSessions: (by: Own) =>
      audited(audit, by, on('auth.logout_all', 'user', by.userId), () =>
        atClerk(() => revokeOtherSessions(ports, by)),
      ),
    assignRole: (by: By, grant: Grant) =>
      audited(audit, by, on('role.grant', 'user', grant.userId), () => assignRole(ports, by, grant)),
    revokeRole: (by: By, grant: Grant) =>
      audited(audit, by, on('role.revoke', 'user', grant.userId), () => revokeRole(ports, by, grant)),
    createRole: (by: By, role: NewRole) =>
      audited(audit, by, on('role.create', 'role', role.name), () => createRole(roles, by, role)),
    deleteRole: (by: By, name: string) =>
      audited(audit, by, on('role.delete', 'role', name), () => deleteRole(roles, by, name)),
    setRolePermissions: (by: By, role: Pick<NewRole, 'name' | 'permissions'>) =>
      audited(audit, by, on('role.permissions', 'role', role.name), () =>
        setRolePermissions(roles, by, role),
      ),
    suspend: (by: By, id: string) =>
      audited(audit, by, on('user.suspend', 'user', id), () => atClerk(() => suspend(ports, by, id))),
    reinstate: (by: By, id: string) =>
      audited(audit, by, on('user.reinstate', 'user', id), () => atClerk(() => reinstate(ports, by, id))),
    deleteAccount: (by: Own, confirm: string) =>
      audited(audit, by, on('user.delete', 'user', by.userId), () =>
        atClerk(() => deleteAccount(ports, by, confirm)),
      ),
  }
}
