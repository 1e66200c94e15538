import { type Forgetful, forgets } from '@puchi/platform/graphql/afresh'
import { type Client, may, signedIn, type Viewer } from '@puchi/platform/identity/viewer'
import type { Hub } from '@puchi/platform/live/hub'
import DataLoader from 'dataloader'
import { type Account, accountFor } from '../domain/account.ts'
import type { AuditLog } from '../domain/audit.ts'
import type { Commands } from '../domain/commands.ts'
import type { By, Own } from '../domain/outcome.ts'
import type { Roles } from '../domain/roles.ts'
import type { Session, Sessions } from '../domain/session.ts'
import type { User, Users } from '../domain/user.ts'
import type { UserList } from '../domain/user-list.ts'

/** What is read for answers, whoever asks. */
export type Sources = {
  users: Users
  sessions: Sessions
  roles: Roles
  userList: UserList
  audit: AuditLog
  permissionsOf(userIds: readonly string[]): Promise<string[][]>
  commands: Commands
  /** The version that a user's last event brought them to. */
  versionOf(id: string): Promise<number>
  live: Hub
}

/** What every resolver may reach. Built anew for each request: a loader gathers its ids into a single query. */
export type Context = Forgetful &
  Pick<Sources, 'roles' | 'userList' | 'audit' | 'commands' | 'versionOf' | 'live'> & {
    viewer: Viewer | null
    by: By
    /** The same for a mutation that needs somebody signed in. */
    own(): Own
    /** An account as the viewer may see it. */
    account(id: string): Promise<Account>
    shown(user: User): Account
    sessionsOf(userId: string): Promise<Session[]>
    /** The ids of a user's sessions that ended before their time. */
    endedOf(userId: string): Promise<string[]>
    permissionsOf(userId: string): Promise<string[]>
  }

export function contextFor(sources: Sources, viewer: Viewer | null, client: Client): Context {
  const { users, sessions, permissionsOf, roles, userList, audit, commands, versionOf, live } = sources
  const onlooker = { userId: viewer?.userId, isAdmin: may(viewer, 'admin:users') }
  const by: By = { userId: viewer?.userId ?? null, sessionId: viewer?.sessionId ?? null, ...client }
  const loaders = {
    users: new DataLoader(users.byIds),
    sessions: new DataLoader(sessions.liveOf),
    permissions: new DataLoader(permissionsOf),
  }
  return {
    roles,
    userList,
    audit,
    commands,
    versionOf,
    live,
    viewer,
    by,
    own: () => ({ ...by, ...identityOf(signedIn(viewer)) }),
    account: async (id) => accountFor(onlooker, id, await loaders.users.load(id)),
    shown: (user) => accountFor(onlooker, user.id, user),
    sessionsOf: (userId) => loaders.sessions.load(userId),
    endedOf: sessions.endedOf,
    permissionsOf: (userId) => loaders.permissions.load(userId),
    forget: forgets(loaders),
  }
}

const identityOf = ({ userId, sessionId }: Viewer) => ({ userId, sessionId })
