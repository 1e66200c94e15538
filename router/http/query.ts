import { answerGraphQL, answerResult, mediaFor, readGraphQL } from '@puchi/platform/graphql/http'
import { paramsOf } from '@puchi/platform/graphql/params'
import type { Exchange } from '@puchi/platform/http/exchange'
import type { Tracing } from '@puchi/platform/tracing'
import type { Identity } from '../guard/identity.ts'
import type { Generation } from '../supergraph/generation.ts'
import type { Persisted } from '../supergraph/persisted.ts'

export type QueryOptions = {
  identity: Identity
  persisted: Persisted
  /** Bytes of a body. */
  bodyLimit: number
  /** Milliseconds for a whole answer. */
  patience: number
  tracing?: Tracing | undefined
}

type Guarded = QueryOptions & { refuseForged: (request: Exchange['request']) => void }

/** Answers one request of GraphQL over HTTP, past every guard in its order. */
export async function answerQuery(
  exchange: Exchange,
  { server, fastPath, knows, admit }: Generation,
  { identity, persisted, bodyLimit, patience, tracing, refuseForged }: Guarded,
): Promise<void> {
  const { request, requestId } = exchange
  const deadline = performance.now() + patience
  const media = mediaFor(exchange)
  refuseForged(request)
  const caller = await identity.identify(request)
  const raw = await readGraphQL(exchange, bodyLimit)
  // No cache may keep that a hash is not known yet.
  exchange.response.setHeader('cache-control', 'no-store')
  const { params, learn } = persisted.read(paramsOf(exchange, raw))
  admit(params, request.method === 'GET' ? undefined : raw.length)
  if (tracing && params.operationName)
    tracing.note({ 'graphql.operation.name': params.operationName.slice(0, 64) })
  const context = { ...caller, requestId, deadline }
  const answered = await fastPath(params, request, context)
  if (answered) answerResult(exchange, media, answered)
  else await answerGraphQL(exchange, server, { params, context })
  learn?.(knows)
}
