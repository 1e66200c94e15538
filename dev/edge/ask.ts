import { once } from 'node:events'
import { type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http'
import { request as requestTls } from 'node:https'

export type Answer = { status: number; headers: IncomingHttpHeaders; body: string }
export type EdgeRequest = {
  method?: string
  headers?: Record<string, string>
  body?: string
  /** Of a stream: what comes first, and no more. */
  begins?: boolean
}

/** One request on a connection of its own, with exactly these headers; an upgrade is answered as 101. */
export type Ask = (path: string, request?: EdgeRequest) => Promise<Answer>

/** Asks an edge. What does not answer in 20 s (a stream: 5 s) is a fault. */
export const askerOf =
  (edge: string): Ask =>
  async (path, { method = 'GET', headers = {}, body, begins = false } = {}) => {
    const url = new URL(path, edge)
    const patience = begins ? 5_000 : 20_000
    // The certificate of a machine of one's own is signed by nobody.
    const tls = url.protocol === 'https:'
    const options = { method, headers, agent: false as const, signal: AbortSignal.timeout(patience) }
    const sent = tls ? requestTls(url, { ...options, rejectUnauthorized: false }) : request(url, options)
    const answered = Promise.race([
      once(sent, 'response').then(([response]) => read(response, begins)),
      once(sent, 'upgrade').then(([response, socket]) => {
        socket.destroy()
        return { status: 101, headers: response.headers, body: '' }
      }),
    ])
    sent.end(body)
    return answered
  }

async function read(response: IncomingMessage, begins: boolean): Promise<Answer> {
  const chunks: Buffer[] = []
  for await (const chunk of response) {
    chunks.push(chunk)
    if (begins) break // which closes the connection
  }
  const { statusCode: status = 0, headers } = response
  return { status, headers, body: Buffer.concat(chunks).toString() }
}

const json = { 'content-type': 'application/json' }

export const graphql = (query: string, headers: Record<string, string> = {}): EdgeRequest => ({
  method: 'POST',
  headers: { ...json, ...headers },
  body: JSON.stringify({ query }),
})

export const bearer = (token: string) => ({ authorization: `Bearer ${token}` })
