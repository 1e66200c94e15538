import { prismaSql } from '@puchi/platform/database/transaction'
import { versionOf } from '@puchi/platform/outbox/version'
import { turns } from '@puchi/platform/turns'
import { auditLogIn } from './audit-log.ts'
import { type Clerk, clerkUnavailable } from './clerk.ts'
import type { Database } from './database.ts'
import { permissionsIn } from './permissions.ts'
import { refreshTokensIn } from './refresh-tokens.ts'
import { rolesIn } from './roles.ts'
import { sessionsIn } from './sessions.ts'
import { userListIn } from './user-list.ts'
import { usersIn } from './users.ts'
import { viewersIn } from './viewers.ts'

// A change that asks Clerk before it is committed holds a connection for as long as Clerk takes, so that what the rules
// allowed still holds when Clerk has done it. A few may; the others wait where they hold none.
const atClerk = () =>
  turns({ most: 3, patience: 1_000, refusal: () => clerkUnavailable('no turn came in time') })

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
  viewers: viewersIn(prisma),
  directory: clerk,
  keeper: clerk,
  gatekeeper: clerk,
  atClerk: atClerk(),
  now: () => new Date(),
})
