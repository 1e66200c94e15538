import { randomBytes } from 'node:crypto'
import { HTTPException } from 'hono/http-exception'
import type { ContentfulStatusCode } from 'hono/utils/http-status'

const messages: Record<string, string> = { resource_not_found: 'Resource not found' }

/** A refusal in the shape of Clerk's errors. */
export function refuse(
  status: ContentfulStatusCode,
  code: string,
  why: string,
  meta: object = {},
): HTTPException {
  const errors = [{ code, message: messages[code] ?? why, long_message: why, meta }]
  const body = { errors, clerk_trace_id: randomBytes(16).toString('hex') }
  return new HTTPException(status, { res: Response.json(body, { status }) })
}

export const unknownPath = (): Response =>
  refuse(404, 'resource_not_found', 'The stand-in has nothing at this address.').getResponse()

export function unknown(what: 'user' | 'session', id: string): never {
  throw refuse(404, 'resource_not_found', `No ${what} was found with id ${id}`)
}
