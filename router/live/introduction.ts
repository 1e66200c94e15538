import type { IncomingMessage } from 'node:http'
import { Refusal } from '@puchi/platform/errors'
import type { Log } from '@puchi/platform/log'
import type { Caller, Identity } from '../guard/identity.ts'

/** Why a socket is not let in: the code and the reason that close it. */
export type Dismissal = { code: number; reason: string }

export const forbidden: Dismissal = { code: 4403, reason: 'Forbidden' }
export const broken: Dismissal = { code: 4500, reason: 'Internal server error' }

type Who = { identity: Pick<Identity, 'identify'>; request: IncomingMessage; log: Log }

/** Who a socket speaks for by what its first message says; headers of the upgrade, which a browser cannot set, do not count. */
export async function introduced(
  { identity, request, log }: Who,
  given: unknown,
): Promise<Caller | Dismissal> {
  if (given != null && typeof given !== 'string') return forbidden
  const { authorization: _, ...headers } = request.headers
  const distinct = { ...request.headersDistinct }
  delete distinct['authorization']
  try {
    return await identity.identify({
      socket: request.socket,
      headers: { ...headers, ...(given && { authorization: given }) },
      headersDistinct: { ...distinct, ...(given && { authorization: [given] }) },
    })
  } catch (error) {
    if (!(error instanceof Refusal)) {
      log.error({ err: error }, 'a socket could not be identified')
      return broken
    }
    return error.extensions.code === 'UNAUTHENTICATED' ? forbidden : { code: 1013, reason: 'Try again later' }
  }
}
