import { z } from 'zod'
import { Refusal } from '../errors.ts'
import { answerJson } from '../http/answer.ts'
import { type Handle, readBody } from '../http/exchange.ts'
import { signedCaller } from './signature.ts'
import type { AskViewer } from './viewers.ts'

const identity = z.object({
  userId: z.string().regex(/^user_\w{1,64}$/),
  sessionId: z.string().regex(/^sess_\w{1,64}$/),
})

/** Answers `askViewerAt`: the viewer of an identity, to whoever signs with one of our secrets. */
export const viewerDoor =
  (secrets: readonly string[], find: AskViewer): Handle =>
  async (exchange) => {
    const body = await readBody(exchange, 1_024)
    const { headers } = exchange.request
    if (!signedCaller(secrets, { headers, path: exchange.url.pathname, body }))
      throw new Refusal('UNAUTHENTICATED', 'Only our own processes may call this.')
    const asked = identity.safeParse(JSON.parse(body.toString()))
    if (!asked.success) throw new Refusal('BAD_REQUEST', 'The body must be an identity.')
    answerJson(exchange, 200, { viewer: await find(asked.data) })
  }
