import type { IncomingMessage } from 'node:http'

const thisMachine = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/
const loopback = /^(::ffff:)?127\.|^::1$/

type Incoming = Pick<IncomingMessage, 'headers'> & { socket: { remoteAddress?: string | undefined } }

/**
 * Whether somebody on this machine asks for something of this machine. A page elsewhere can give its own name our
 * address, and then read what we answer, but not under this name; another machine can say this name; a proxy says both.
 */
export const isLocal = ({ headers, socket }: Incoming): boolean =>
  thisMachine.test(headers.host ?? '') &&
  loopback.test(socket.remoteAddress ?? '') &&
  headers['x-forwarded-for'] === undefined &&
  headers.forwarded === undefined
