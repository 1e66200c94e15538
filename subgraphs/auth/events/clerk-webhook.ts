import { verifyWebhook } from '@clerk/backend/webhooks'
import { Refusal } from '@puchi/platform/errors'
import { answerJson } from '@puchi/platform/http/answer'
import { type Exchange, type Handle, readBody } from '@puchi/platform/http/exchange'
import type { Log } from '@puchi/platform/log'
import { turns } from '@puchi/platform/turns'
import { ZodError } from 'zod'
import { type Notice, type NoticePorts, receiver } from '../domain/notices.ts'
import { noticeIn } from './clerk-notice.ts'

const longest = 512 * 1024
const flood = () => new Refusal('RATE_LIMITED', 'Too many at once; deliver it again.', { retryAfter: 5 })

/** POST /webhooks/clerk: what Clerk tells, signed by Svix over the raw body; of several secrets one suffices. Anything but 2xx is delivered again. */
export function clerkWebhook(secrets: readonly string[], ports: NoticePorts, log: Log): Handle {
  const receive = receiver(ports)
  const turn = turns({ most: 6, patience: 50, refusal: flood })
  return async (exchange) => {
    if (exchange.request.method !== 'POST') {
      exchange.response.setHeader('allow', 'POST')
      throw new Refusal('METHOD_NOT_ALLOWED', 'Use POST.')
    }
    const body = await readBody(exchange, longest)
    await turn(async () => {
      const event = await verified(exchange, body, secrets)
      const delivery = String(exchange.request.headers['svix-id'])
      const notice = readable(event, delivery)
      const isNew = notice !== null && (await receive(notice, delivery))
      log.info({ type: event.type, delivery, isNew }, 'a webhook came')
    })
    answerJson(exchange, 200, {})
  }

  function readable(event: Parameters<typeof noticeIn>[0], delivery: string): Notice | null {
    try {
      return noticeIn(event)
    } catch (error) {
      if (!(error instanceof ZodError)) throw error
      log.error({ type: event.type, delivery, why: error.issues }, 'a webhook cannot be read')
      throw new Refusal('BAD_REQUEST', 'The webhook does not say what it must.')
    }
  }
}

async function verified({ request, url }: Exchange, body: Buffer, secrets: readonly string[]) {
  const headers = new Headers()
  for (const [name, value] of Object.entries(request.headers)) headers.set(name, String(value))
  for (const signingSecret of secrets) {
    const signed = new Request(url, { method: 'POST', headers, body: new Uint8Array(body) })
    const event = await verifyWebhook(signed, { signingSecret }).catch(() => null)
    if (event) return event
  }
  throw new Refusal('BAD_REQUEST', 'The webhook is not signed as it must be.')
}
