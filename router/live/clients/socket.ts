import type { IncomingMessage } from 'node:http'
import type { Log } from '@puchi/platform/log'
import type { RawData, WebSocket } from 'ws'
import type { Identity } from '../../guard/identity.ts'
import { away, broken } from '../dismissal.ts'
import type { Operate } from '../operations.ts'
import type { Connections } from './connections.ts'
import { converse } from './conversation.ts'
import { introduced, visitorOf } from './introduction.ts'
import { messageOf } from './message.ts'
import { createSubscriptions } from './subscriptions.ts'
import { wireTo } from './wire.ts'

export type SocketOptions = {
  identity: Pick<Identity, 'identify'>
  connections: Connections
  operate: Operate
  /** Hears that it is known, and counted, whom the socket speaks for. */
  settled(): void
  /** Operations under way at once on one socket. */
  perSocket: number
  /** Milliseconds for the first message. */
  initPatience: number
  log: Log
}

/** Speaks graphql-transport-ws with one client. */
export function serveSocket(socket: WebSocket, request: IncomingMessage, options: SocketOptions): void {
  const { connections, operate, identity, log } = options
  const wire = wireTo(socket, log)
  const visitor = visitorOf(request)
  const { hear, caller, end } = converse(wire, {
    connections,
    subscriptions: createSubscriptions(wire, { operate, most: options.perSocket }),
    settled: options.settled,
    introduce: (given) => introduced({ identity, visitor, log }, given),
    initPatience: options.initPatience,
    failed(error) {
      log.error({ err: error }, 'a message of a socket failed')
      wire.close(broken.code, broken.reason)
    },
  })
  const leave = connections.add({ caller, close: wire.close, probe: wire.probe })
  if (!leave) wire.close(away.code, away.reason)
  socket.on('close', () => {
    end()
    if (leave) leave()
  })
  socket.on('message', (data: RawData, binary: boolean) => {
    if (socket.readyState !== socket.OPEN) return
    const message = binary ? 'Messages are text.' : messageOf(String(data))
    if (typeof message === 'string') wire.close(4400, message)
    else hear(message)
  })
}
