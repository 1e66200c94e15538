import { Refusal } from '@puchi/platform/errors'
import type { Log } from '@puchi/platform/log'
import type { Asking, Caller, Identity } from '../../guard/identity.ts'
import { broken, type Dismissal, forbidden } from '../dismissal.ts'

/** What stays, for as long as a socket lives, of the request that opened it: where it came from. */
export type Visitor = Pick<Asking, 'socket' | 'headers'>

export const visitorOf = ({ socket, headers }: Asking): Visitor => ({
  socket,
  headers: { 'x-forwarded-for': headers['x-forwarded-for'], 'user-agent': headers['user-agent'] },
})

// RFC 9110, 5.5: what no header can hold no request could have said, and none of ours to a subgraph can pass it on.
const sayable = /^[\t\x20-\x7e\x80-\xff]*$/

type Who = { identity: Pick<Identity, 'identify'>; visitor: Visitor; log: Log }

/** Who a socket speaks for by what its first message says; headers of the upgrade, which a browser cannot set, do not count. */
export async function introduced(
  { identity, visitor: { socket, headers }, log }: Who,
  given: unknown,
): Promise<Caller | Dismissal> {
  if (given != null && !(typeof given === 'string' && sayable.test(given))) return forbidden
  try {
    return await identity.identify({
      socket,
      headers: { ...headers, ...(given && { authorization: given }) },
      headersDistinct: given ? { authorization: [given] } : {},
    })
  } catch (error) {
    if (!(error instanceof Refusal)) {
      log.error({ err: error }, 'a socket could not be identified')
      return broken
    }
    return error.extensions.code === 'UNAUTHENTICATED' ? forbidden : { code: 1013, reason: 'Try again later' }
  }
}
