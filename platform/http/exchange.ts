import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Refusal } from '../errors.ts'

/** One HTTP request on its way through a door. */
export type Exchange = {
  request: IncomingMessage
  response: ServerResponse
  requestId: string
  url: URL
}
export type Handle = (exchange: Exchange) => Promise<void>

export const requestIdOf = ({ headers }: IncomingMessage): string => {
  const given = String(headers['x-request-id'] ?? '')
  return /^[\w.:-]{8,128}$/.test(given) ? given : randomUUID()
}

let last = { target: '/', url: new URL('http://puchi/') }

// A request target such as `*` or `http://[` is no path of ours; it must not throw. Nor is one that only becomes a path
// of ours when it is tidied up, such as `/x/../graphql`: who stood before us took it for another.
export function urlOf({ url: target = '/' }: IncomingMessage): URL {
  if (target !== last.target) {
    const url = URL.parse(target.startsWith('/') ? `http://puchi${target}` : target)
    const [path = ''] = target.replace(/^https?:\/\/[^/?]*/i, '').split('?')
    last = { target, url: url?.pathname === (path || '/') ? url : new URL('http://puchi/*') }
  }
  return last.url
}

/** The whole body. Throws PAYLOAD_TOO_LARGE as soon as it passes, or promises to pass, `limit` bytes. */
export async function readBody({ request }: Exchange, limit: number): Promise<Buffer> {
  const tooLarge = () => new Refusal('PAYLOAD_TOO_LARGE', `The body may have at most ${limit} bytes.`)
  if (Number(request.headers['content-length'] ?? 0) > limit) throw tooLarge()
  const chunks: Buffer[] = []
  let size = 0
  // A loop over the request's own iterator costs several times as much.
  return new Promise((resolve, reject) => {
    const gone = () => request.complete || reject(new Error('the client is gone'))
    if (request.destroyed) gone()
    request.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size > limit) reject(tooLarge())
      else chunks.push(chunk)
    })
    request.once('end', () => resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)))
    request.once('error', reject)
    request.once('close', gone)
  })
}
