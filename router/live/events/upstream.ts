import { setTimeout as pause } from 'node:timers/promises'
import { bodyOf } from '@puchi/platform/identity/signature'
import type { Log } from '@puchi/platform/log'
import { type Client, createClient } from 'graphql-ws'
import { WebSocket } from 'ws'
import { targetOf } from '../../execute/transport/target.ts'
import type { Caller, Identity } from '../../guard/identity.ts'
import { forbidden } from '../dismissal.ts'

/** A subscription as a subgraph is asked for it; read again whenever its socket had to be opened anew. */
export type Ask = () => { query: string; operationName?: string; variables?: Record<string, unknown> }

export type Receive = {
  event(answer: unknown): void
  /** The subgraph refused: its errors, or whatever closed the socket for good. */
  failed(reason: unknown): void
  ended(): void
}

export type Upstreams = {
  /** Subscribes for a caller at a subgraph; returns how to end it. A lost socket is opened again, out of sight. */
  subscribe(
    at: { name: string; url: string | undefined },
    call: { ask: Ask; caller: Caller },
    to: Receive,
  ): () => void
  close(): void
}

export type UpstreamOptions = {
  identity: Pick<Identity, 'introduce' | 'ours'>
  /** Where a subgraph has its socket, if not where it is itself. */
  locate(name: string): string | undefined
  log: Log
}

type Shared = { key: string; client: Client; users: number }

const patience = 5_000
/** The code of a socket that its client gave up. */
const terminated = 4499

/** One multiplexed socket for each subgraph; where clients' headers are passed on, for each set of those too. */
export function createUpstreams({ identity, locate, log }: UpstreamOptions): Upstreams {
  const sockets = new Map<string, Shared>()

  function socketTo(name: string, target: URL, caller: Caller): Shared {
    const key = `${name} ${target.href} ${identity.ours ? '' : JSON.stringify(caller.headers)}`
    const known = sockets.get(key)
    if (known) return known
    const shared = { key, client: clientFor(name, target, caller), users: 0 }
    sockets.set(key, shared)
    return shared
  }
  function clientFor(name: string, { href, pathname }: URL, caller: Caller): Client {
    const asRouter = identity.ours ? { viewer: null } : caller
    return openClient(href.replace(/^http/, 'ws'), {
      connectionParams: () => identity.introduce(asRouter, { path: pathname, body: '' }),
      // Some read them in the first message, some in the request that opens the socket.
      headers: identity.ours ? {} : (caller.headers ?? {}),
      // Of ours it may be that it does not know yet a secret that is new.
      forbids: ({ code }) => !identity.ours && code === forbidden.code,
      lost: (code, why) => log.warn({ subgraph: name, code, why }, 'the socket to a subgraph closed'),
    })
  }
  return {
    subscribe({ name, url }, { ask, caller }, to) {
      // What opens a socket is a request.
      const target = targetOf(name, (locate(name) ?? url)?.replace(/^ws/, 'http'))
      const path = target.pathname
      const shared = socketTo(name, target, caller)
      const body = () => {
        const asked = ask()
        if (!identity.ours) return asked
        const headers = identity.introduce(caller, { path, body: bodyOf(asked) })
        return { ...asked, extensions: { headers } }
      }
      shared.users += 1
      // The client turns a payload into JSON each time that it sends it: after a reconnection, a fresh one.
      const payload = { query: '', toJSON: body }
      let stopped = false
      const stop = shared.client.subscribe(payload, {
        next: to.event,
        error: (reason) => stopped || to.failed(reason),
        // The client says so of what we end ourselves, too.
        complete: () => stopped || to.ended(),
      })
      return () => {
        if (stopped) return
        stopped = true
        stop()
        shared.users -= 1
        if (shared.users === 0) sockets.delete(shared.key)
      }
    },
    close() {
      for (const { client } of sockets.values()) void client.dispose()
    },
  }
}

type Failure = { code?: number; wasClean?: boolean; message?: string }
type Opening = {
  connectionParams(): Record<string, string>
  headers: Record<string, string>
  /** Whether it is of no use to come again. */
  forbids(failure: Failure): boolean
  lost(code: number | undefined, why: string | undefined): void
}

/**
 * Where an upgrade is answered with another status, or in another protocol, is no socket that we could use. Behind a
 * proxy a subgraph that restarts is a 5xx.
 */
export const noSocket = (failure: unknown): boolean =>
  /^(Unexpected server response: [1-4]|Server sent (no|an invalid) subprotocol)/.test(
    (failure as Failure | null)?.message ?? '',
  )

/** Of a subgraph that was never heard of, what is open and acknowledges nothing is no socket; of another, a bad moment. */
export const muteSocket = (failure: unknown): boolean => (failure as Failure | null)?.code === terminated

function openClient(url: string, { connectionParams, headers, forbids, lost }: Opening): Client {
  let unanswered: NodeJS.Timeout | undefined
  let unacknowledged: NodeJS.Timeout | undefined
  let known = false
  let why: string | undefined
  const client = createClient({
    url,
    connectionParams,
    webSocketImpl: class extends WebSocket {
      constructor(address: string, protocol: string) {
        const limits = { handshakeTimeout: patience, maxPayload: 16 * 1024 * 1024 }
        super(address, protocol, { perMessageDeflate: false, headers, ...limits })
      }
    },
    keepAlive: 10_000,
    lazyCloseTimeout: 1_000,
    retryAttempts: Number.POSITIVE_INFINITY,
    shouldRetry(reason) {
      return !noSocket(reason) && !forbids(reason as Failure) && (known || !muteSocket(reason))
    },
    // Jitter, so that a subgraph that comes back is not met by everyone at once.
    retryWait: (tries) => pause(Math.min(100 * 2 ** tries, 3_000) * (0.5 + Math.random() / 2)),
    on: {
      // Not by the client's own `connectionAckWaitTimeout`: that waits for whoever is mute to answer a close, too.
      opened() {
        unacknowledged = setTimeout(() => client.terminate(), patience)
      },
      connected() {
        clearTimeout(unacknowledged)
        known = true
      },
      ping(received) {
        if (received) return
        unanswered = setTimeout(() => client.terminate(), patience)
      },
      pong: (received) => void (received && clearTimeout(unanswered)),
      error(reason) {
        why = (reason as Failure).message
      },
      closed(event) {
        clearTimeout(unanswered)
        clearTimeout(unacknowledged)
        const { code, wasClean } = event as Failure
        if (!(wasClean && code === 1000)) lost(code, why)
        why = undefined
      },
    },
  })
  return client
}
