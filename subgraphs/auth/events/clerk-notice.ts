import { z } from 'zod'
import { detailsIn, locationIn } from '../domain/clerk-user.ts'
import type { Notice } from '../domain/notices.ts'

// What JSON can say and a column cannot keep would fail at every delivery; a change of the far future would stand for good,
// for none that Clerk tells of later is newer. Svix's own tolerance is five minutes, too.
const lastYear = Date.UTC(9999, 11, 31)
const milliseconds = z.number().min(0).max(lastYear)
const moment = milliseconds.transform((ms) => new Date(ms))
const past = milliseconds.refine((ms) => ms <= Date.now() + 300_000, 'is in the future')
const userId = z.string().regex(/^user_\w{1,64}$/)

const user = z.object({
  id: userId,
  primary_email_address_id: z.string().nullish(),
  email_addresses: z
    .array(
      z.object({
        id: z.string(),
        email_address: z.string(),
        verification: z.object({ status: z.string() }).nullish(),
      }),
    )
    .default([]),
  external_accounts: z.array(z.object({ provider: z.string() })).default([]),
  locale: z.string().nullish(),
  banned: z.boolean().default(false),
  updated_at: past,
})

const session = z.object({
  id: z.string().regex(/^sess_\w{1,64}$/),
  user_id: userId,
  created_at: moment,
  expire_at: moment,
  latest_activity: z.object({ city: z.string().nullish(), country: z.string().nullish() }).nullish(),
})

/** What a webhook of Clerk's says; null for a kind that is not ours to hear. Throws a ZodError for a wrong shape. */
export function noticeIn({ type, data }: { type: string; data: unknown }): Notice | null {
  if (type === 'user.created' || type === 'user.updated') return aboutUser(user.parse(data))
  if (type === 'user.deleted')
    return { about: 'deleted user', userId: z.object({ id: userId }).parse(data).id }
  if (type === 'session.created') return aboutSession(session.parse(data), false)
  const endings = ['session.ended', 'session.removed', 'session.revoked']
  return endings.includes(type) ? aboutSession(session.parse(data), true) : null
}

const aboutUser = (given: z.output<typeof user>): Notice => ({
  about: 'user',
  userId: given.id,
  details: detailsIn(given),
})

function aboutSession(given: z.output<typeof session>, hasEnded: boolean): Notice {
  return {
    about: 'session',
    sessionId: given.id,
    hasEnded,
    session: {
      userId: given.user_id,
      createdAt: given.created_at,
      expiresAt: given.expire_at,
      location: locationIn(given.latest_activity),
    },
  }
}
