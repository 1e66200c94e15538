import type { AuditLog } from '@puchi/auth/domain/audit'
import { type Ports as CommandPorts, commandsOf } from '@puchi/auth/domain/commands'
import {
  AppliedBefore,
  type By,
  bySystem,
  type Entry,
  type Happened,
  type Outcome,
} from '@puchi/auth/domain/outcome'
import type { KeptToken } from '@puchi/auth/domain/refresh'
import type { Role } from '@puchi/auth/domain/roles'
import type { ClerkSession, Session } from '@puchi/auth/domain/session'
import { firstSeen, type User, type Users } from '@puchi/auth/domain/user'
import type { Sources } from '@puchi/auth/graphql/context'
import { createHub } from '@puchi/platform/live/hub'
import { createTelemetry } from '@puchi/platform/telemetry'

/** A user as they are once Clerk has told everything. */
export const user = (id: string, ...roles: string[]): User => ({
  ...firstSeen(id),
  details: {
    email: `${id}@example.com`,
    emailVerified: true,
    locale: 'vi',
    linkedAccounts: ['google'],
    asOf: new Date(0),
  },
  roles: [...roles, 'user'].toSorted(),
})

/** Auth's users on a Map. */
export function usersInMemory(...rows: User[]): Users & { get(id: string): User | undefined } {
  return authInMemory({ users: rows }).users
}

type Given = { users?: User[]; sessions?: Session[]; clerk?: Record<string, ClerkSession>; now?: Date }

const systemRoles: Role[] = [
  ['admin', 'admin:roles', 'admin:users'],
  ['student', 'lesson:read'],
  ['teacher', 'lesson:write'],
  ['user', 'profile:read'],
].map(([name = '', ...permissions]) => ({ name, description: name, system: true, permissions }))

/** All of auth's ports on Maps, with a clock and a Clerk of the test's own. */
export function authInMemory(given: Given = {}) {
  const kept = new Map((given.users ?? []).map((row) => [row.id, row]))
  const sessions = new Map((given.sessions ?? []).map((row) => [row.id, row]))
  const tokens = new Map<string, Omit<KeptToken, 'session'> & { sessionId: string }>()
  const roles = new Map(systemRoles.map((role) => [role.name, role]))
  const deliveries = new Set<string>()
  const told: Happened[] = []
  const audited: (Entry & { actor: string | null })[] = []
  const state = {
    now: given.now ?? new Date('2026-11-25T08:00:00Z'),
    clerkIsAway: false,
    clerkWas: [] as string[],
  }

  async function keep(by: By, outcome: Outcome): Promise<void> {
    await outcome.meanwhile?.()
    told.push(...(outcome.happened ?? []))
    audited.push(...(outcome.audit ?? []).map((entry) => ({ ...entry, actor: by.userId })))
  }
  const once = ({ delivery }: By): boolean => {
    if (delivery === undefined) return true
    const isNew = !deliveries.has(delivery)
    deliveries.add(delivery)
    return isNew
  }
  const clerk =
    (what: string) =>
    async (id: string): Promise<void> => {
      if (state.clerkIsAway)
        throw Object.assign(new Error('away'), { extensions: { code: 'SERVICE_UNAVAILABLE' } })
      state.clerkWas.push(`${what} ${id}`)
    }
  const isOnlyAdmin = (id: string) =>
    kept.get(id)?.roles.includes('admin') === true &&
    ![...kept.values()].some((one) => one.id !== id && one.status === 'ACTIVE' && one.roles.includes('admin'))

  const users: Users & { get(id: string): User | undefined } = {
    get: (id) => kept.get(id),
    byIds: async (ids) => ids.map((id) => kept.get(id) ?? null),
    async change(id, by, decide) {
      if (!once(by)) throw new AppliedBefore()
      const change = decide(kept.get(id) ?? null, { isOnlyAdmin: isOnlyAdmin(id) })
      await keep(by, change)
      kept.set(id, change.user)
      if (change.ends && change.ends !== 'all')
        for (const one of change.ends.unrecorded) if (!sessions.has(one.id)) sessions.set(one.id, one)
      if (change.ends)
        for (const one of sessions.values())
          if (one.userId === id && !(change.ends !== 'all' && change.ends.but === one.id))
            sessions.set(one.id, { ...one, revokedAt: state.now })
      return change.user
    },
  }
  const ports: CommandPorts & Omit<Sources, 'commands'> = {
    users,
    sessions: {
      liveOf: async (ids) =>
        ids.map((id) => [...sessions.values()].filter((one) => one.userId === id && !one.revokedAt)),
      endedOf: async (userId) =>
        [...sessions.values()].filter((one) => one.userId === userId && one.revokedAt).map(({ id }) => id),
      async change(id, by, decide) {
        if (!once(by)) throw new AppliedBefore()
        const change = decide(sessions.get(id) ?? null)
        await keep(by, change)
        sessions.set(id, change.session)
        if (change.issues)
          tokens.set(change.issues.hash, { ...change.issues, sessionId: id, rotatedAt: null })
        return change.session
      },
    },
    tokens: {
      async find(hash) {
        const token = tokens.get(hash)
        const session = sessions.get(token?.sessionId ?? '')
        return token && session ? { ...token, session } : null
      },
      async rotate({ hash, session }, by, successor) {
        const token = tokens.get(hash)
        if (!token || sessions.get(session.id)?.revokedAt) return false
        tokens.set(hash, { ...token, rotatedAt: token.rotatedAt ?? state.now })
        if (!tokens.has(successor.hash))
          tokens.set(successor.hash, { ...successor, sessionId: session.id, rotatedAt: null })
        if (!token.rotatedAt)
          await keep(by, { audit: [{ action: 'auth.refresh', resource: 'session', resourceId: session.id }] })
        return true
      },
    },
    roles: {
      all: async () => [...roles.values()],
      permissions: async () =>
        [...new Set([...roles.values()].flatMap(({ permissions }) => permissions))].map((name) => ({
          name,
          description: name,
        })),
      async change(name, by, decide) {
        const known = new Set([...roles.values()].flatMap(({ permissions }) => permissions))
        const holders = [...kept.values()].filter((one) => one.roles.includes(name)).length
        const change = decide(roles.get(name) ?? null, { holders, known })
        await keep(by, change)
        if (change.role) roles.set(name, change.role)
        else roles.delete(name)
        return change.role
      },
    },
    audit: auditInMemory(audited),
    versionOf: async () => told.length,
    live: createHub(createTelemetry('test')),
    userList: {
      page: async (_, { first, after }) =>
        [...kept.values()]
          .filter(({ id }) => id > (after ?? ''))
          .toSorted((a, b) => (a.id < b.id ? -1 : 1))
          .slice(0, first + 1),
    },
    permissionsOf: async (ids) =>
      ids.map((id) =>
        [
          ...new Set((kept.get(id)?.roles ?? []).flatMap((name) => roles.get(name)?.permissions ?? [])),
        ].toSorted(),
      ),
    keeper: {
      sessionOf: async (id) => {
        await clerk('asked about')(id)
        return given.clerk?.[id] ?? null
      },
      liveOf: async (userId) =>
        Object.entries(given.clerk ?? {}).flatMap(([id, session]) =>
          session?.userId === userId ? [id] : [],
        ),
      end: clerk('ended'),
      tokenOf: async (id) => {
        await clerk('minted for')(id)
        return `jwt of ${id}`
      },
    },
    atClerk: (change) => change(),
    gatekeeper: { ban: clerk('banned'), unban: clerk('unbanned'), remove: clerk('removed') },
    keys: ['k'.repeat(32)],
    now: () => state.now,
  }
  const commands = commandsOf(ports)
  return {
    ...ports,
    users,
    commands,
    sources: { ...ports, commands },
    state,
    told,
    audited,
    sessionOf: (id: string) => sessions.get(id),
    tokens: ports.tokens,
    kept: tokens,
  }
}

function auditInMemory(lines: (Entry & { actor: string | null })[]): AuditLog {
  return {
    page: async (_, { first, after }) =>
      lines
        .map((line, index) => ({
          ...line,
          seq: index + 1,
          at: new Date(0),
          ip: null,
          userAgent: null,
          metadata: JSON.stringify(line.metadata ?? {}),
          hash: '',
        }))
        .toReversed()
        .filter(({ seq }) => after === null || seq < after)
        .slice(0, first + 1),
    add: async (by, entries) => void lines.push(...entries.map((entry) => ({ ...entry, actor: by.userId }))),
    denied: async (by, field) =>
      void lines.push({ action: 'access.denied', resource: 'field', resourceId: field, actor: by.userId }),
  }
}

export const by = (userId: string, sessionId = `sess_${userId.slice(5)}`) => ({
  ...bySystem,
  userId,
  sessionId,
})
