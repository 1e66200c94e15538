import type { PrismaClient } from '@puchi/prisma/auth'
import { auditLogIn } from './audit-log.ts'
import type { Clerk } from './clerk.ts'
import { permissionsIn } from './permissions.ts'
import { refreshTokensIn } from './refresh-tokens.ts'
import { rolesIn } from './roles.ts'
import { sessionsIn } from './sessions.ts'
import { userListIn } from './user-list.ts'
import { usersIn } from './users.ts'

/** Everything that the rules and the answers ask of storage and of Clerk. */
export const portsIn = (database: PrismaClient, clerk: Clerk) => ({
  users: usersIn(database),
  sessions: sessionsIn(database),
  tokens: refreshTokensIn(database),
  roles: rolesIn(database),
  audit: auditLogIn(database),
  userList: userListIn(database),
  permissionsOf: permissionsIn(database),
  keeper: clerk,
  gatekeeper: clerk,
  now: () => new Date(),
})
