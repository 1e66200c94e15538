import { createClerkClient } from '@clerk/backend'
import { isClerkAPIResponseError } from '@clerk/backend/errors'
import { Refusal } from '@puchi/platform/errors'
import { Late, within } from '@puchi/platform/within'
import type { Directory } from '../domain/first-sight.ts'
import type { Gatekeeper } from '../domain/lifecycle.ts'
import { isSessionId, type SessionKeeper } from '../domain/session.ts'
import { isUserId } from '../domain/user.ts'
import { detailsAnswered, sessionAnswered } from './clerk-answers.ts'
import { limitRequests } from './request-limits.ts'

export type ClerkOptions = {
  secretKey: string
  apiUrl: string
  /** Milliseconds until an answer is given up. */
  patience?: number
  /** How many questions may be under way; more are refused. */
  most?: number
}

export type Clerk = Directory & Gatekeeper & SessionKeeper

/** Clerk's Backend API: where users' details come from, and whoever ends sessions and bars users for good. */
export function clerkAt({ secretKey, apiUrl, patience = 2_000, most = 20 }: ClerkOptions): Clerk {
  limitRequests(apiUrl, patience)
  const { users, sessions } = createClerkClient({ secretKey, apiUrl, telemetry: { disabled: true } })
  let underWay = 0

  async function ask<T>(question: () => Promise<T>): Promise<T | null> {
    if (underWay >= most) throw clerkUnavailable(`${most} questions to Clerk are under way already`)
    underWay += 1
    const asked = question().finally(() => {
      underWay -= 1
    })
    return within(patience, 'asking Clerk', asked).catch(nullWhereUnknown)
  }
  const ofUser = <T>(id: string, question: () => Promise<T>) => (isUserId(id) ? ask(question) : null)
  const ofSession = <T>(id: string, question: () => Promise<T>) => (isSessionId(id) ? ask(question) : null)
  return {
    async detailsOf(id) {
      const user = await ofUser(id, () => users.getUser(id))
      return user && detailsAnswered(user, id)
    },
    ban: async (id) => void (await ofUser(id, () => users.banUser(id))),
    unban: async (id) => void (await ofUser(id, () => users.unbanUser(id))),
    remove: async (id) => void (await ofUser(id, () => users.deleteUser(id))),
    async sessionOf(id) {
      const session = await ofSession(id, () => sessions.getSession(id))
      return session && sessionAnswered(session, id)
    },
    async liveOf(userId) {
      const most = { userId, status: 'active', limit: 500 } as const
      const list = await ofUser(userId, () => sessions.getSessionList(most))
      return (list?.data ?? []).filter((one) => one.userId === userId).map(({ id }) => id)
    },
    end: async (id) => void (await ofSession(id, () => sessions.revokeSession(id))),
    tokenOf: async (id) => (await ofSession(id, () => sessions.getToken(id)))?.jwt || null,
  }
}

export const clerkUnavailable = (why: string): Refusal =>
  new Refusal('SERVICE_UNAVAILABLE', 'Sign-in is not available just now; try again soon.', { cause: why })

// 4xx: the user or session is not there, or not usable any more. A wrong key and a full quota are our own trouble.
function nullWhereUnknown(error: unknown): null {
  if (error instanceof Late) throw clerkUnavailable(error.message)
  const status = isClerkAPIResponseError(error) ? error.status : undefined
  const codes = isClerkAPIResponseError(error) ? error.errors.map(({ code }) => code) : []
  const isOurs = codes.some((code) => code === 'clerk_key_invalid' || code.startsWith('authorization'))
  if (status && status >= 400 && status < 500 && status !== 429 && !isOurs) return null
  throw clerkUnavailable(`Clerk answered ${status ?? 'nothing'} ${codes.join(' ')}`)
}
