import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { CloseCode, handleProtocols, makeServer, type SubscribePayload } from 'graphql-ws'
import { type WebSocket, WebSocketServer } from 'ws'
import { refuseUpgrade } from '../http/unreadable.ts'
import { type Admit, credentialHeader } from '../identity/caller.ts'
import { bodyOf, headerNames } from '../identity/signature.ts'
import type { Log } from '../log.ts'
import { asGraphQLError, type LiveOperations } from './operations.ts'

type Options = {
  server: Server
  path: string
  admit: Admit
  live: LiveOperations
  log: Log
}

export type Sockets = {
  /** Takes no more sockets, and closes those that are open with 1001, which clients come back from. */
  drain(): Promise<void>
}

const maxPayload = 64 * 1024
const goingAway = 1001
/** Milliseconds between two pings; who did not answer one by the next is cut. */
const probing = 12_000

type Headers = Record<string, string>

/** Serves subscriptions to routers by the graphql-transport-ws protocol, on the path where they send the rest by HTTP. */
export function openSockets({ server, path, admit, live, log }: Options): Sockets {
  const sockets = new WebSocketServer({ noServer: true, maxPayload, handleProtocols })
  const protocol = protocolOf({ path, admit, live, log })
  let draining = false

  const upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const [pathname] = (request.url ?? '').split('?')
    if (pathname !== path) return refuseUpgrade(socket, '404 Not Found')
    if (draining) return refuseUpgrade(socket, '503 Service Unavailable')
    sockets.handleUpgrade(request, socket, head, (opened) =>
      carry(opened, protocol, { shown: shownBy(request), log }),
    )
  }
  server.on('upgrade', upgrade)
  return {
    async drain() {
      draining = true
      const open = Array.from(sockets.clients)
      const gone = Promise.all(open.map(closing))
      for (const socket of open) socket.close(goingAway, 'Going away')
      const late = setTimeout(() => {
        for (const socket of open) socket.terminate()
      }, 2_000)
      await gone
      clearTimeout(late)
      sockets.close()
    },
  }
}

// Not `once` of node:events: that rejects where the socket fails on its way out, which still ends in a close.
const closing = (socket: WebSocket): Promise<void> =>
  new Promise((resolve) => void socket.once('close', () => resolve()))

type Protocol = ReturnType<typeof makeServer<Record<string, unknown>, Headers>>

/** Lets one socket speak the protocol, as long as it answers pings. */
function carry(socket: WebSocket, protocol: Protocol, { shown, log }: { shown: Headers; log: Log }): void {
  const fail = (error: unknown) => {
    log.warn({ err: error }, 'a socket failed')
    socket.close(CloseCode.InternalServerError, 'Internal server error')
  }
  let isAlive = true
  socket.on('error', fail)
  socket.on('pong', () => {
    isAlive = true
  })
  const pings = setInterval(() => {
    if (!isAlive) return socket.terminate()
    isAlive = false
    socket.ping()
  }, probing)
  const closed = protocol.opened(
    {
      protocol: socket.protocol,
      send: (text) =>
        new Promise((resolve) => {
          // A socket that is gone ends its subscriptions when it closes; there is nobody to tell.
          socket.send(text, () => resolve())
        }),
      close: (code, reason) => socket.close(code, reason),
      onMessage: (hear) => void socket.on('message', (data) => void hear(String(data)).catch(fail)),
    },
    shown,
  )
  socket.once('close', (code, reason) => {
    clearInterval(pings)
    void closed(code, String(reason)).catch(fail)
  })
}

/**
 * Our router proves itself when it connects, and signs what each subscription asks, and its viewer. Any other router shows its
 * credential when it connects and passes on the user's own token, with each subscription or once for all of them.
 */
function protocolOf({ path, admit, live, log }: Pick<Options, 'path' | 'admit' | 'live' | 'log'>): Protocol {
  return makeServer<Record<string, unknown>, Headers>({
    async onConnect({ connectionParams, extra: shown }) {
      const headers = { ...shown, ...headersIn(connectionParams) }
      return admit({ headers, path, body: Buffer.alloc(0) }).then(
        () => true,
        () => false,
      )
    },
    async onSubscribe({ connectionParams, extra: shown }, _id, payload) {
      try {
        const headers = callHeaders({ ...shown, ...headersIn(connectionParams) }, payload)
        const caller = await admit({ headers, path, body: Buffer.from(bodyOf(payload)) })
        return live.prepare(payload, caller)
      } catch (error) {
        return [asGraphQLError(error)]
      }
    },
    subscribe: live.subscribe as never,
    onNext: (_ctx, _id, _payload, _args, { data = null, errors }) => ({
      data,
      ...(errors && { errors: live.shown(errors) }),
    }),
    onError: (_ctx, _id, _payload, errors) => live.shown(errors),
    onClose: (_ctx, code) => log.debug({ code }, 'a socket closed'),
  })
}

/** By what a subscription is let in: its own signature, or the connection's credential and a token. */
function callHeaders(connection: Headers, { extensions }: SubscribePayload): Headers {
  const own = headersIn(extensions?.['headers'])
  if (connection[headerNames.signature] !== undefined) return own
  const authorization = own['authorization'] ?? connection['authorization']
  const credential = connection[credentialHeader] ?? ''
  return { [credentialHeader]: credential, ...(authorization !== undefined && { authorization }) }
}

/** What the request that opens a socket shows: Apollo Router sets its headers there, and says nothing in its first message. */
const shownBy = ({ headers }: IncomingMessage): Headers =>
  headersIn({ [credentialHeader]: headers[credentialHeader], authorization: headers.authorization })

const headersIn = (given: unknown): Headers =>
  Object.fromEntries(
    Object.entries(typeof given === 'object' && given !== null ? given : {}).flatMap(([name, value]) =>
      typeof value === 'string' ? [[name.toLowerCase(), value]] : [],
    ),
  )
