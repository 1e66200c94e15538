import { join } from 'node:path'
import { keepFile, keptIn } from '../kept-file.ts'
import { newId } from './token.ts'

/** A session as the Backend API writes it. */
export type SessionJson = {
  object: 'session'
  id: string
  user_id: string
  client_id: string
  actor: null
  status: 'active' | 'revoked'
  last_active_organization_id: null
  last_active_at: number
  latest_activity: null
  expire_at: number
  abandon_at: number
  tasks: null
  created_at: number
  updated_at: number
}

export type SessionQuery = { userId?: string; clientId?: string; status?: string }

export type Sessions = {
  open(userId: string): SessionJson
  byId(id: string): SessionJson | undefined
  /** Newest first. */
  find(query: SessionQuery): SessionJson[]
  revoke(id: string): SessionJson | undefined
  /** Revokes what is active of a user's, and answers it. */
  revokeAllOf(userId: string): SessionJson[]
}

const week = 7 * 24 * 3_600_000
const month = 30 * 24 * 3_600_000

/** The sessions kept in a folder; in memory alone when there is none. */
export function sessionsIn(folder: string | undefined): Sessions {
  const file = folder && join(folder, 'sessions.json')
  const kept = new Map(load(file).map((session) => [session.id, session]))
  function keep(session: SessionJson): SessionJson {
    kept.set(session.id, session)
    if (file) keepFile(file, JSON.stringify([...kept.values()]))
    return session
  }
  return {
    open: (userId) => keep(newSession(userId)),
    byId: (id) => kept.get(id),
    find: ({ userId, clientId, status }) =>
      [...kept.values()]
        .reverse()
        .filter(
          (session) =>
            (!userId || session.user_id === userId) &&
            (!clientId || session.client_id === clientId) &&
            (!status || session.status === status),
        ),
    revoke(id) {
      const session = kept.get(id)
      return session && keep(revoked(session))
    },
    revokeAllOf: (userId) =>
      [...kept.values()]
        .filter((session) => session.user_id === userId && session.status === 'active')
        .map((session) => keep(revoked(session))),
  }
}

const revoked = (session: SessionJson): SessionJson => ({
  ...session,
  status: 'revoked',
  updated_at: Date.now(),
})

function newSession(userId: string): SessionJson {
  const now = Date.now()
  return {
    object: 'session',
    id: newId('sess'),
    user_id: userId,
    client_id: newId('client'),
    actor: null,
    status: 'active',
    last_active_organization_id: null,
    last_active_at: now,
    latest_activity: null,
    expire_at: now + week,
    abandon_at: now + month,
    tasks: null,
    created_at: now,
    updated_at: now,
  }
}

// Sessions that ran out are forgotten here, so that the file does not grow for ever.
function load(file: string | undefined): SessionJson[] {
  const sessions = file ? keptIn<SessionJson[]>(file, JSON.parse) : null
  return (sessions ?? []).filter(({ expire_at }) => expire_at > Date.now())
}
