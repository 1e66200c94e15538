import type { IncomingMessage } from 'node:http'
import type { Text } from '@puchi/platform/identity/signature'
import type { Client, Viewer } from '@puchi/platform/identity/viewer'
import type { News } from './news.ts'

/** Whom a request speaks for: a verified viewer, or headers, Authorization among them, nobody here has looked into. */
export type Caller = {
  viewer: Viewer | null
  client?: Client
  headers?: Record<string, string>
  /** When the viewer's token ends, in milliseconds since 1970. */
  expiresAt?: number
  /** Since when it is known what the viewer may do, in milliseconds since 1970. */
  since?: number
}

/** Where a caller says who it is: a request, or a socket whose first message says it. */
export type Asking = Pick<IncomingMessage, 'socket' | 'headers' | 'headersDistinct'>

/** How a router learns who is asking, and how it tells the subgraphs. No identity header of a client counts. */
export type Identity = {
  /** Whether the subgraphs are ours: they know our signature, and their codes are those of our table. */
  ours: boolean
  /** Where a request comes from; undefined where nobody looks. */
  clientOf(request: Pick<Asking, 'socket' | 'headers'>): Client | undefined
  identify(request: Asking): Promise<Caller>
  /** Whether a caller may stay: its token and session have not ended, and it may do what it might when it came. */
  stands(caller: Caller): boolean
  /** The headers by which a subgraph learns of the caller. */
  introduce(caller: Caller, call: Text): Record<string, string>
}

/** What an identity hears of those it let in. */
export type Heard = Pick<News, 'ended' | 'viewerOf' | 'changed'>
