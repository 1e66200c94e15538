import type { Account } from '../domain/account.ts'
import type { AuditRow } from '../domain/audit.ts'
import type { Role } from '../domain/roles.ts'
import type { Session } from '../domain/session.ts'

export type UserModel = Account
export type SessionModel = Session
export type RoleModel = Role
export type AuditEntryModel = AuditRow
/** A frame: the sessions of a user that ended, up to which version, and whether it says how things stand. */
export type SessionRevokedModel = {
  userId: string
  version: number
  snapshot: boolean
  sessionIds: string[]
}
