import { randomUUID } from 'node:crypto'
import { STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { type ErrorCode, errorCodes } from './errors.ts'

const patience = 1_000

/** Answers what Node could not read as HTTP, and lets the client hear it before the connection goes. */
export function refuseSocket(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
  const [code, message] = complaintOf(error)
  const { status } = errorCodes[code]
  const body = JSON.stringify({ errors: [{ message, extensions: { code, requestId: randomUUID() } }] })
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'content-type: application/json; charset=utf-8',
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ]
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`)
  // Closing while the client still sends resets the connection, and the answer is lost: swallow the rest for a while.
  socket.removeAllListeners('data').on('data', () => {})
  setTimeout(() => socket.destroy(), patience).unref()
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
  const later = status.startsWith('503') ? 'retry-after: 1\r\n' : ''
  socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\n${later}content-length: 0\r\n\r\n`)
}
