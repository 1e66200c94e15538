import { type User as ClerkUser, createClerkClient } from '@clerk/backend'
import { isClerkAPIResponseError } from '@clerk/backend/errors'
import { type Details, type Directory, isUserId } from '../domain/user.ts'

export type ClerkOptions = {
  secretKey: string
  apiUrl: string
  /** Milliseconds until an answer is given up. Clerk's SDK itself would wait five minutes. */
  patience?: number
  /** How many questions may be under way; more are refused. */
  most?: number
}

/** Clerk's Backend API as the place where users' details come from. */
export function clerkDirectory({ secretKey, apiUrl, patience = 3_000, most = 20 }: ClerkOptions): Directory {
  const clerk = createClerkClient({ secretKey, apiUrl, telemetry: { disabled: true } })
  let underWay = 0
  return {
    async detailsOf(id) {
      // The SDK does not escape ids: `a/b` would be another path.
      if (!isUserId(id)) return null
      if (underWay >= most) throw new Error(`${most} questions to Clerk are under way already`)
      underWay += 1
      const asked = clerk.users.getUser(id).finally(() => {
        underWay -= 1
      })
      return within(patience, asked).then((user) => detailsIn(user, id), nullWhereUnknown)
    },
  }
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`Clerk did not answer in ${ms} ms`)), ms)
  })
  return Promise.race([work, late]).finally(() => clearTimeout(timer))
}

function detailsIn(user: ClerkUser | undefined, id: string): Details {
  // An answer that is not exactly application/json comes as a string, without an exception.
  if (user?.id !== id) throw new Error('Clerk answered something that is not the user')
  const email = user.emailAddresses.find((one) => one.id === user.primaryEmailAddressId)
  return {
    email: email && email.emailAddress.length <= 320 ? email.emailAddress : null,
    emailVerified: email?.verification?.status === 'verified',
    locale: user.locale && /^[\w-]{2,35}$/.test(user.locale) ? user.locale : null,
  }
}

function nullWhereUnknown(error: unknown): null {
  if (isClerkAPIResponseError(error) && error.status === 404) return null
  throw error
}
