import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { BadEnvironment } from '@puchi/platform/env'
import { Refusal } from '@puchi/platform/errors'
import type { GraphQLParams } from '@puchi/platform/graphql/params'
import type { Telemetry } from '@puchi/platform/telemetry'
import { LRUCache } from 'lru-cache'
import { z } from 'zod'
import type { Settings } from '../settings.ts'

export type Manifest = ReadonlyMap<string, string>

export type Persisted = ReturnType<typeof createPersisted>

/** A request with its text in place, and what to call once it was answered. */
type Read = { params: GraphQLParams; learn?: (knows: (text: string) => boolean) => void }

const own = new URL('../../schema/client/persisted-documents.json', import.meta.url)
const shape = z.record(z.string(), z.string())

/** The clients' published operations, by SHA-256; a router of any supergraph has none unless told. */
export function manifestOf(env: Settings): Manifest {
  const file = env.PERSISTED_DOCUMENTS_FILE ?? ('ROUTER_SECRETS' in env ? own : undefined)
  if (file === undefined) return new Map()
  try {
    return new Map(Object.entries(shape.parse(JSON.parse(readFileSync(file, 'utf8')))))
  } catch {
    throw new BadEnvironment(`PERSISTED_DOCUMENTS_FILE ${file} is not a JSON object of document texts.`)
  }
}

/** How many texts clients may leave with us, and how long each may be. */
const most = 1_000
const longest = 32 * 1024

type PersistedOptions = {
  /** Whether only the manifest is answered. */
  safelist: boolean
  telemetry: Telemetry
}

/**
 * Reads requests that name a document instead of sending it: by Apollo's `extensions.persistedQuery`, or by
 * `documentId`. What clients register is kept in bounds, and only once it was found valid.
 */
export function createPersisted(manifest: Manifest, { safelist, telemetry }: PersistedOptions) {
  const outcomes = telemetry.counter(
    'persisted_queries_total',
    'Requests that name a document by its hash.',
    ['outcome'],
  )
  const registered = new LRUCache<string, string>({ max: most })
  const listed = new Set(manifest.values())
  const find = (hash: string): string | undefined => manifest.get(hash) ?? registered.get(hash)

  function read(params: GraphQLParams): Read {
    const { documentId, extensions = {}, query: given, ...rest } = params
    const { persistedQuery, ...others } = extensions
    if (documentId === undefined && persistedQuery === undefined) return { params }
    // graphql-transport-ws wants a text in any case, so clients that name a document over a socket send an empty one.
    const query = given || undefined
    const more = Object.keys(others).length > 0 ? { ...rest, extensions: others } : rest
    if (documentId !== undefined && query !== undefined)
      throw new Refusal('BAD_REQUEST', 'Send either query or documentId.')
    const hash = documentId?.replace(/^sha256:/, '') ?? hashOf(persistedQuery)
    if (query === undefined) {
      const text = find(hash)
      outcomes.inc({ outcome: text === undefined ? 'unknown' : 'found' })
      return { params: { ...more, query: text ?? unknown(safelist) } }
    }
    if (sha256(query) !== hash) throw new Refusal('BAD_REQUEST', 'provided sha does not match query')
    const learn: Read['learn'] = (knows) => {
      if (query.length > longest || !knows(query) || find(hash)) return
      registered.set(hash, query)
      outcomes.inc({ outcome: 'registered' })
    }
    return { params: { ...more, query }, learn }
  }
  return {
    manifest,
    read(params: GraphQLParams): Read {
      const found = read(params)
      if (safelist && !listed.has(found.params.query ?? '')) throw unlisted()
      return found
    },
  }
}

function unknown(safelist: boolean): never {
  // Sending the text beside the hash would not help.
  throw safelist ? unlisted() : new Refusal('PERSISTED_QUERY_NOT_FOUND', 'PersistedQueryNotFound')
}

const unlisted = () =>
  new Refusal('PERSISTED_QUERY_REQUIRED', 'This router answers persisted documents only.')

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

const pointer = z.object({ version: z.literal(1), sha256Hash: z.string() })

function hashOf(persistedQuery: unknown): string {
  const { data } = pointer.safeParse(persistedQuery)
  if (!data) throw new Refusal('BAD_REQUEST', 'Unsupported persisted query version')
  return data.sha256Hash
}
