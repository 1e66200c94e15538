import { type Context, Hono } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { openIdConfiguration } from './discovery.ts'
import { type IdentityKey, publicJwk } from './key.ts'
import { page } from './page.ts'
import { refuse, unknown, unknownPath } from './refusals.ts'
import type { SessionJson, Sessions } from './sessions.ts'
import { lifetime, type Mint } from './token.ts'
import { addUsers } from './user-api.ts'
import type { Users } from './users.ts'
import type { Tell } from './webhooks.ts'

export type RevokedAnswer = 401 | 404 | 422

export type BackendParts = {
  users: Users
  sessions: Sessions
  key: IdentityKey
  mint: Mint
  issuer(): string
  secretKey: string
  revokedAnswer: RevokedAnswer
  tell: Tell
}

/** Clerk's open addresses (/.well-known) and its Backend API (/v1, with the secret key). */
export function backendApi(parts: BackendParts): Hono {
  const app = new Hono()
  const keys = { keys: [publicJwk(parts.key)] }
  app.get('/.well-known/jwks.json', (context) => context.json(keys))
  app.get('/.well-known/openid-configuration', (context) => context.json(openIdConfiguration(parts.issuer())))
  app.use('/v1/*', async ({ req }, next) => {
    mustKnowSecret(req.header('authorization'), parts.secretKey)
    await next()
  })
  app.get('/v1/jwks', (context) => context.json(keys))
  addUsers(app, parts)
  addSessions(app, parts)
  app.notFound(() => unknownPath())
  app.onError((error) => (error instanceof HTTPException ? error.getResponse() : broken(error)))
  return app
}

function broken(error: Error): Response {
  console.error('the identity stand-in failed:', error)
  return refuse(500, 'internal_clerk_error', 'The stand-in failed.').getResponse()
}

function mustKnowSecret(authorization: string | undefined, secretKey: string): void {
  if (!authorization) throw refuse(401, 'authentication_invalid', 'Unable to authenticate the request.')
  if (!authorization.startsWith('Bearer '))
    throw refuse(401, 'authorization_header_format_invalid', "Must be 'Bearer <key>'")
  const wrong = 'The provided Clerk Secret Key is invalid. Make sure that your Clerk Secret Key is correct.'
  if (authorization !== `Bearer ${secretKey}`) throw refuse(401, 'clerk_key_invalid', wrong)
}

function addSessions(app: Hono, { users, sessions, mint, revokedAnswer, tell }: BackendParts): void {
  const known = (id: string): SessionJson => sessions.byId(id) ?? unknown('session', id)

  app.get('/v1/sessions', (context) => {
    const { user_id: userId, client_id: clientId, status, paginated } = context.req.query()
    const found = sessions.find({
      ...(userId && { userId }),
      ...(clientId && { clientId }),
      ...(status && { status }),
    })
    const data = page(context, found)
    return context.json(paginated === 'true' ? { data, total_count: found.length } : data)
  })
  app.post('/v1/sessions', async (context) => {
    const { user_id: userId } = await bodyOf(context)
    if (typeof userId !== 'string' || userId === '') throw missing('user_id')
    const user = users.byId(userId) ?? unknown('user', userId)
    if (user['banned']) throw refuse(403, 'user_banned', 'The user is banned.')
    const session = sessions.open(userId)
    tell('session.created', session)
    return context.json(session)
  })
  app.get('/v1/sessions/:id', (context) => context.json(known(context.req.param('id'))))
  app.post('/v1/sessions/:id/revoke', (context) => {
    const id = context.req.param('id')
    const session = sessions.revoke(id) ?? unknown('session', id)
    tell('session.revoked', session)
    return context.json(session)
  })
  app.post('/v1/sessions/:id/tokens', async (context) => {
    const { id, user_id: sub, status } = known(context.req.param('id'))
    if (status !== 'active') throw ended(revokedAnswer, id)
    const seconds = lifetimeIn(await bodyOf(context))
    const iat = Math.floor(Date.now() / 1000)
    return context.json({ object: 'token', jwt: await mint({ sub, sid: id, iat, exp: iat + seconds }) })
  })
}

const tenYears = 315_360_000

function lifetimeIn({ expires_in_seconds: given = lifetime }: Record<string, unknown>): number {
  if (Number.isInteger(given) && Number(given) >= 30 && Number(given) <= tenYears) return Number(given)
  throw refuse(422, 'form_param_value_invalid', `expires_in_seconds must be from 30 to ${tenYears}.`, {
    param_name: 'expires_in_seconds',
  })
}

// Clerk's SDK sends `content-type: application/json` with an empty body too.
async function bodyOf({ req }: Context): Promise<Record<string, unknown>> {
  const text = await req.text()
  if (text.trim() === '') return {}
  try {
    return JSON.parse(text)
  } catch {
    throw refuse(400, 'request_body_invalid', 'The request body is invalid.')
  }
}

const missing = (name: string) =>
  refuse(422, 'form_param_missing', `${name} must be included.`, { param_name: name })

const endedCodes = {
  401: 'authentication_invalid',
  404: 'resource_not_found',
  422: 'form_param_value_invalid',
}

const ended = (status: RevokedAnswer, id: string) =>
  refuse(status, endedCodes[status], `No session was found with id ${id}`)
