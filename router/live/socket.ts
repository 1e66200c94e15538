import type { IncomingMessage } from 'node:http'
import type { Log } from '@puchi/platform/log'
import type { RawData, WebSocket } from 'ws'
import type { Caller, Identity } from '../guard/identity.ts'
import type { Connections } from './connections.ts'
import { away, broken, introduced, visitorOf } from './introduction.ts'
import { type ClientMessage, messageOf } from './message.ts'
import type { Operate } from './operations.ts'
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

type Parties = {
  connections: Connections
  subscriptions: ReturnType<typeof createSubscriptions>
  settled(): void
  introduce(given: unknown): ReturnType<typeof introduced>
  initPatience: number
  /** Our own fault, which is to end one socket and not the process. */
  failed(error: unknown): void
}

/** What is said in the order that the protocol wants: who it is first, then operations. */
function converse(
  { send, close }: ReturnType<typeof wireTo>,
  { connections, subscriptions, settled, introduce, initPatience, failed }: Parties,
) {
  let asked = false
  let caller: Caller | undefined
  let given: unknown
  let ended = false
  let uncount = () => {}
  let patience: NodeJS.Timeout | undefined = setTimeout(
    () => close(4408, 'Connection initialisation timeout'),
    initPatience,
  )

  async function known(): Promise<Caller | null> {
    const who = await introduce(given)
    if (!('code' in who)) return who
    close(who.code, who.reason)
    return null
  }
  async function init(payload: Record<string, unknown>): Promise<void> {
    if (asked) return close(4429, 'Too many initialisation requests')
    asked = true
    given = payload['authorization'] ?? payload['Authorization']
    const who = await known()
    clearTimeout(patience)
    patience = undefined
    if (!who) return
    const counted = await connections.count(who)
    if (typeof counted === 'string') return close(4429, `Too many sockets of one ${counted}`)
    if (ended) return counted()
    uncount = counted
    settled()
    caller = who
    send('{"type":"connection_ack"}')
  }
  async function subscribe({ id, payload }: ClientMessage & { type: 'subscribe' }): Promise<void> {
    if (!caller) return close(4401, 'Unauthorized')
    const anonymous = caller.viewer === null ? caller : undefined
    // A minute after it came a viewer may have another role, or may not come in any more.
    await subscriptions.start(id, payload, async () => anonymous ?? known())
  }
  return {
    hear(message: ClientMessage): void {
      switch (message.type) {
        case 'connection_init':
          init(message.payload).catch(failed)
          break
        case 'subscribe':
          subscribe(message).catch(failed)
          break
        case 'complete':
          subscriptions.stop(message.id)
          break
        case 'ping':
          send(JSON.stringify({ type: 'pong', payload: message.payload }))
      }
    },
    caller: () => caller,
    end() {
      ended = true
      uncount()
      clearTimeout(patience)
      subscriptions.stopAll()
    },
  }
}
