import { Agent, request } from 'node:http'
import { sign } from '@puchi/platform/identity/signature'
import type { Viewer } from '@puchi/platform/identity/viewer'
import { secret } from './environment.ts'

export type Operation = { query: string; variables: Record<string, unknown> }

const agent = new Agent({ keepAlive: true, maxSockets: 128 })

/** Asks a subgraph as our router does, and answers the text it gives. Node's own client: `fetch` takes more of the CPU. */
export const asking =
  (url: string) =>
  (asked: Operation, viewer: Viewer | null): Promise<string> => {
    const body = JSON.stringify(asked)
    const headers = {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      ...sign(secret, { viewer }, { path: '/graphql', body }),
    }
    return new Promise((resolve, reject) => {
      const sent = request(url, { method: 'POST', agent, headers }, (response) => {
        let text = ''
        response.setEncoding('utf8')
        response.on('data', (chunk) => {
          text += chunk
        })
        response.on('end', () => {
          if (text.includes('"errors"')) reject(new Error(`${response.statusCode} ${text.slice(0, 500)}`))
          else resolve(text)
        })
      })
      sent.on('error', reject)
      sent.end(body)
    })
  }
