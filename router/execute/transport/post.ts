import type { IncomingHttpHeaders } from 'node:http'
import type { Dispatcher, Pool } from 'undici'
import { bodyText } from './body-text.ts'
import { NoAnswer } from './no-answer.ts'

const tooMuch = new Set(['UND_ERR_RES_EXCEEDED_MAX_SIZE', 'ERR_BUFFER_TOO_LARGE'])

export type Posted = { path: string; headers: Record<string, string>; body: string }
/** `text` is what `json` was parsed from. */
export type Answer = { status: number; json: unknown; text: string }

const connection = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'UND_ERR_SOCKET',
  'UND_ERR_CONNECT_TIMEOUT',
])

/** Posts a body and reads the whole JSON of the answer within `patience` milliseconds. Rejects with NoAnswer. */
export const post = (pool: Pool, posted: Posted, patience: number): Promise<Answer> =>
  new Promise((resolve, reject) => {
    // A process that stood still, or a long wait for a turn: nobody waits any more, so nothing is sent.
    if (patience <= 0)
      return reject(new NoAnswer('SUBGRAPH_TIMEOUT', 'no time was left to ask', { refused: true }))
    const reading = new Reading(resolve, reject, patience)
    pool.dispatch({ ...posted, method: 'POST' }, reading)
  })

/** Reads one answer as it comes; undici's `request` makes a stream of each, which costs as much as all the rest. */
class Reading implements Dispatcher.DispatchHandler {
  readonly #resolve: (answer: Answer) => void
  readonly #reject: (why: NoAnswer) => void
  readonly #patience: number
  readonly #timer: NodeJS.Timeout
  readonly #chunks: Buffer[] = []
  #controller: Dispatcher.DispatchController | undefined
  #status = 0
  #headers: IncomingHttpHeaders = {}
  #late: NoAnswer | undefined

  constructor(resolve: (answer: Answer) => void, reject: (why: NoAnswer) => void, patience: number) {
    this.#resolve = resolve
    this.#reject = reject
    this.#patience = patience
    this.#timer = setTimeout(() => this.#giveUp(), patience)
  }
  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    // Its turn on a connection may come when nobody waits any more.
    if (this.#late) controller.abort(this.#late)
  }
  onResponseStart(_: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders): void {
    this.#status = status
    this.#headers = headers
  }
  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#chunks.push(chunk)
  }
  onResponseEnd(): void {
    clearTimeout(this.#timer)
    const status = this.#status
    try {
      const text = bodyText(this.#chunks, this.#headers['content-encoding'])
      const json: unknown = JSON.parse(text)
      if (status < 500 || isGraphql(this.#headers, json)) this.#resolve({ status, json, text })
      else this.#reject(new NoAnswer('SUBGRAPH_UNAVAILABLE', `status ${status}`))
    } catch (error) {
      const refused = (status >= 400 && status < 500) || this.#isTooMuch(error as NodeJS.ErrnoException)
      this.#reject(new NoAnswer('SUBGRAPH_UNAVAILABLE', `not JSON, status ${status}`, { refused }))
    }
  }
  onResponseError(_: Dispatcher.DispatchController | undefined, error: Error & { code?: unknown }): void {
    clearTimeout(this.#timer)
    const code = String(error.code ?? 'failed')
    const [broken, refused] = [connection.has(code), this.#isTooMuch(error)]
    this.#reject(new NoAnswer('SUBGRAPH_UNAVAILABLE', code, { broken, refused }))
  }
  /** Whether a subgraph that works answered more than is read, as it does to whoever asks for that. */
  #isTooMuch({ code }: { code?: unknown }): boolean {
    return this.#status < 500 && tooMuch.has(String(code))
  }
  #giveUp(): void {
    this.#late = new NoAnswer('SUBGRAPH_TIMEOUT', `no answer in ${this.#patience} ms`)
    this.#reject(this.#late)
    this.#controller?.abort(this.#late)
  }
}

// Else an answer of status 500 may be anybody's: a proxy's, for one. `data` is there once an operation was executed.
const isGraphql = ({ 'content-type': type = '' }: IncomingHttpHeaders, json: unknown): boolean =>
  /^application\/graphql-response\+json\b/i.test(type) ||
  (/^application\/json\b/i.test(type) && typeof json === 'object' && json !== null && 'data' in json)
