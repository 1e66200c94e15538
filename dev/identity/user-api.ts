import type { Context, Hono } from 'hono'
import { page } from './page.ts'
import { unknown } from './refusals.ts'
import type { Sessions } from './sessions.ts'
import type { UserQuery, Users } from './users.ts'
import type { Tell } from './webhooks.ts'

type Parts = { users: Users; sessions: Sessions; tell: Tell }

/** The users of the Backend API: who they are, and what may be done to an account. */
export function addUsers(app: Hono, parts: Parts): void {
  addReads(app, parts)
  addChanges(app, parts)
}

function addReads(app: Hono, { users }: Parts): void {
  // A bare array, with its total at an address of its own; sessions are the other way about.
  app.get('/v1/users', (context) => {
    const found = users.find(userQuery(context))
    const { req } = context
    if (req.query('order_by')?.replace('+', '') === 'created_at') found.reverse()
    return context.json(page(context, found))
  })
  app.get('/v1/users/count', (context) =>
    context.json({ object: 'total_count', total_count: users.find(userQuery(context)).length }),
  )
  app.get('/v1/users/:id', (context) => {
    const id = context.req.param('id')
    return context.json(users.byId(id) ?? unknown('user', id))
  })
}

function addChanges(app: Hono, { users, sessions, tell }: Parts): void {
  const endSessions = (userId: string) => {
    for (const session of sessions.revokeAllOf(userId)) tell('session.revoked', session)
  }
  app.post('/v1/users/:id/ban', (context) => {
    const id = context.req.param('id')
    const user = users.setBanned(id, true) ?? unknown('user', id)
    endSessions(id)
    tell('user.updated', user)
    return context.json(user)
  })
  app.post('/v1/users/:id/unban', (context) => {
    const id = context.req.param('id')
    const user = users.setBanned(id, false) ?? unknown('user', id)
    tell('user.updated', user)
    return context.json(user)
  })
  app.delete('/v1/users/:id', (context) => {
    const id = context.req.param('id')
    if (!users.remove(id)) unknown('user', id)
    endSessions(id)
    const gone = { object: 'user', id, deleted: true }
    tell('user.deleted', gone)
    return context.json(gone)
  })
}

function userQuery({ req }: Context): UserQuery {
  const several = (name: string) => req.queries(name)
  const ids = several('user_id')
  const usernames = several('username')
  const emails = several('email_address')
  const text = req.query('query')
  return {
    ...(ids && { ids }),
    ...(usernames && { usernames }),
    ...(emails && { emails }),
    ...(text && { text }),
  }
}
