import type { Account } from '../domain/account.ts'
import type { AuditRow } from '../domain/audit.ts'
import type { Role } from '../domain/roles.ts'
import type { Session } from '../domain/session.ts'

export type UserModel = Account
export type SessionModel = Session
export type RoleModel = Role
export type AuditEntryModel = AuditRow
