import { randomUUID } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { type ErrorCode, errorCodes } from '../errors.ts'
import { STATUS_CODES } from './node-http.ts'
import { secureLines } from './secure.ts'

const patience = 1_000

const refused = new WeakSet<Duplex>()

/**
 * Answers what Node could not read as HTTP, after what stood before it on the connection, and lets the client hear it
 * before the connection goes. `last` is the answer to the request that was read last.
 */
export function refuseSocket(error: NodeJS.ErrnoException, socket: Duplex, last?: ServerResponse): void {
  if (error.code === 'ECONNRESET') return void socket.destroy()
  if (refused.has(socket)) return
  refused.add(socket)
  // Nothing more is read. Closing while the client still sends resets the connection, and its answers are lost: swallow.
  socket.removeAllListeners('data').on('data', () => {})
  inTurn(last, () => {
    const heard = last && !last.req.complete && last.headersSent
    socket.end(heard || !socket.writable ? undefined : refusalOf(error))
    setTimeout(() => socket.destroy(), patience).unref()
  })
}

/** Refuses to become a tunnel, after what stood before on the connection. */
export function refuseConnect(socket: Duplex, last?: ServerResponse): void {
  inTurn(last, () => refuseUpgrade(socket, '405 Method Not Allowed'))
}

/** Does something when the connection is free for what follows `last`, or takes its place: a part of a request. */
function inTurn(last: ServerResponse | undefined, answer: () => void): void {
  const owed = last !== undefined && (last.req.complete || last.headersSent)
  // Node gives an answer its socket when those before it are out.
  if (!last || last.closed || (!owed && last.socket)) answer()
  else last.once(owed ? 'close' : 'socket', () => inTurn(last, answer))
}

function refusalOf(error: NodeJS.ErrnoException): string {
  const [code, message] = complaintOf(error)
  const { status } = errorCodes[code]
  const requestId = randomUUID()
  const body = JSON.stringify({ errors: [{ message, extensions: { code, requestId } }] })
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'content-type: application/json; charset=utf-8',
    `content-length: ${Buffer.byteLength(body)}`,
    `x-request-id: ${requestId}`,
    'cache-control: no-store',
    'connection: close',
  ]
  return `${head.join('\r\n')}\r\n${secureLines}\r\n${body}`
}

function complaintOf({ code }: NodeJS.ErrnoException): [ErrorCode, string] {
  if (code === 'HPE_HEADER_OVERFLOW') return ['HEADERS_TOO_LARGE', 'The headers are too large.']
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return ['REQUEST_TIMEOUT', 'The request came too slowly.']
  return ['BAD_REQUEST', 'This is not HTTP.']
}

/** Refuses a WebSocket before it is one, with an HTTP status and its words: `404 Not Found`. */
export function refuseUpgrade(socket: Duplex, status: string): void {
  // Nobody else listens any more, and an error that nobody hears ends the process.
  socket.on('error', () => {})
  // Nobody reads on either, so a client's own end would go unseen, and one that never ends would keep this for good.
  setTimeout(() => socket.destroy(), patience).unref()
  const later = /^(429|503)/.test(status) ? 'retry-after: 1\r\n' : ''
  // RFC 9110, 15.5.6: there is always such a header, and it may name nothing.
  const allow = status.startsWith('405') ? 'allow:\r\n' : ''
  socket.end(
    `HTTP/1.1 ${status}\r\nconnection: close\r\n${later}${allow}content-length: 0\r\n${secureLines}\r\n`,
  )
}
