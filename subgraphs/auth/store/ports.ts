import { prismaSql } from '@puchi/platform/events/sql'
import { versionOf } from '@puchi/platform/outbox/version'
import { auditLogIn } from './audit-log.ts'
import type { Clerk } from './clerk.ts'
import { clerkTurns } from './clerk-turns.ts'
import type { Database } from './database.ts'
import { permissionsIn } from './permissions.ts'
import { refreshTokensIn } from './refresh-tokens.ts'
import { rolesIn } from './roles.ts'
import { sessionsIn } from './sessions.ts'
import { userListIn } from './user-list.ts'
import { usersIn } from './users.ts'

/** Everything that the rules and the answers ask of storage and of Clerk. */
export const portsIn = ({ prisma, read }: Pick<Database, 'prisma' | 'read'>, clerk: Clerk) => ({
  users: usersIn(prisma, read),
  sessions: sessionsIn(prisma),
  tokens: refreshTokensIn(prisma),
  roles: rolesIn(prisma),
  audit: auditLogIn(prisma),
  userList: userListIn(prisma),
  permissionsOf: permissionsIn(prisma),
  versionOf: (id: string) => versionOf(prismaSql(prisma), id),
  keeper: clerk,
  gatekeeper: clerk,
  atClerk: clerkTurns(),
  now: () => new Date(),
})
