import type { Pool } from 'undici'

/** A subgraph gave no usable answer. What it said stays out of the message. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer'
  readonly code: 'SUBGRAPH_TIMEOUT' | 'SUBGRAPH_UNAVAILABLE'
  /** Whether it is the connection that failed, and not what was said over it. */
  readonly broken: boolean

  constructor(code: NoAnswer['code'], why: string, broken = false) {
    super(why)
    this.code = code
    this.broken = broken
  }
}

export type Posted = { path: string; headers: Record<string, string>; body: string }
export type Answer = { status: number; json: unknown }

const connection = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'UND_ERR_SOCKET',
  'UND_ERR_CONNECT_TIMEOUT',
])

/** Posts a body and reads the whole JSON of the answer within `patience` milliseconds. Throws NoAnswer. */
export async function post(pool: Pool, posted: Posted, patience: number): Promise<Answer> {
  const impatience = new AbortController()
  const timer = setTimeout(() => impatience.abort(), patience)
  try {
    const { statusCode, body } = await pool.request({ ...posted, method: 'POST', signal: impatience.signal })
    const text = await body.text()
    if (statusCode >= 500) throw new NoAnswer('SUBGRAPH_UNAVAILABLE', `status ${statusCode}`)
    return { status: statusCode, json: parse(text, statusCode) }
  } catch (error) {
    if (error instanceof NoAnswer) throw error
    if (impatience.signal.aborted) throw new NoAnswer('SUBGRAPH_TIMEOUT', `no answer in ${patience} ms`)
    const code = String((error as { code?: unknown }).code ?? 'failed')
    throw new NoAnswer('SUBGRAPH_UNAVAILABLE', code, connection.has(code))
  } finally {
    clearTimeout(timer)
  }
}

function parse(text: string, status: number): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new NoAnswer('SUBGRAPH_UNAVAILABLE', `not JSON, status ${status}`)
  }
}
