import { type Log, requestScope } from '@puchi/platform/log'
import type { Tracing } from '@puchi/platform/tracing'
import { GraphQLError } from 'graphql'
import type { Identity } from '../../guard/identity.ts'
import type { Planning } from '../../plan/planning.ts'
import type { RequestContext, SubgraphFetch, SubgraphRequest } from '../subgraph.ts'
import type { Breakers } from './breakers.ts'
import type { Fetches } from './fetches.ts'
import { type Answered, createInFlight, type InFlight, keyOf } from './in-flight.ts'
import { NoAnswer } from './no-answer.ts'
import type { Pools } from './pools.ts'
import { type Answer, post } from './post.ts'
import { responseOf } from './response.ts'
import { createRetry } from './retries.ts'
import { targetOf } from './target.ts'

export type SubgraphFetchOptions = {
  pools: Pools
  breakers: Breakers
  identity: Identity
  fetches: Fetches
  log: Log
  /** Where a subgraph is, if not where the supergraph says. */
  locate(name: string): string | undefined
  /** Milliseconds a subgraph has for one answer. */
  patience: number
  tracing?: Tracing | undefined
}

type Subgraph = Planning['subgraphs'][number]

/** When a fetch gives up, on the clock of `performance`, and the span it belongs to. */
type Asking = { until: number; traceparent?: string | undefined }

/** A step of a request's way to one subgraph. */
type Way<Result> = (request: SubgraphRequest, context: RequestContext, asking: Asking) => Promise<Result>

/** Fetches from the subgraphs of one supergraph; each must have an URL. One that fails costs its own fields alone. */
export function subgraphFetch(subgraphs: readonly Subgraph[], options: SubgraphFetchOptions): SubgraphFetch {
  const inFlight = createInFlight()
  const fetches = new Map(
    subgraphs.map((subgraph) => [subgraph.name, fetchFrom(subgraph, { ...options, inFlight })]),
  )
  return (request, context) => {
    const fetch = fetches.get(request.subgraph)
    if (!fetch) throw new Error(`No subgraph is called ${request.subgraph}`)
    return fetch(request, context)
  }
}

function fetchFrom(
  subgraph: Subgraph,
  options: SubgraphFetchOptions & { inFlight: InFlight },
): SubgraphFetch {
  const { name } = subgraph
  const { fetches, patience, inFlight } = options
  const ask = traced(name, askerOf(subgraph, options), options.tracing)
  const onShared = () => fetches.shared(name)
  return async (request, context) => {
    const until = Math.min(performance.now() + patience, context.deadline ?? Number.POSITIVE_INFINITY)
    const fetch = () => ask(request, context, { until })
    try {
      if (request.kind !== 'query') return (await fetch().finally(inFlight.forget)).answer
      return await inFlight.share(keyOf(context, name), request.body, { until, fetch, onShared })
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error
      // Whoever shares a fetch has a deadline of his own.
      const whole = error.code === 'SUBGRAPH_TIMEOUT' && until === context.deadline
      throw whole ? late() : failureOf(error, name)
    }
  }
}

function traced(name: string, ask: Way<Answered>, tracing: Tracing | undefined): Way<Answered> {
  if (!tracing) return ask
  return (request, context, { until }) =>
    tracing.part(`fetch ${name}`, attributesOf(request), (traceparent) =>
      ask(request, context, { until, traceparent }),
    )
}

/** Asks and reads what is said, with its time, its failures and a line in the log. */
function askerOf(subgraph: Subgraph, options: SubgraphFetchOptions): Way<Answered> {
  const { name } = subgraph
  const { identity, fetches, log } = options
  const send = senderTo(subgraph, options)
  return async (request, context, asking) => {
    const end = fetches.begin(name)
    try {
      const { status, json, text } = await send(request, context, asking)
      if (identity.ours && status === 401)
        throw new NoAnswer('SUBGRAPH_UNAVAILABLE', 'it does not know our signature, or our clocks differ')
      const answer = responseOf(json, status)
      end()
      return { answer, text }
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error
      end(error.code)
      log.warn({ subgraph: name, code: error.code, why: error.message }, 'a subgraph gave no answer')
      throw error
    }
  }
}

/** Posts as whoever asks, once more where that may help, unless the subgraph is left alone. */
function senderTo({ name, url }: Subgraph, options: SubgraphFetchOptions): Way<Answer> {
  const { pools, breakers, identity, locate } = options
  const { origin, pathname, search } = targetOf(name, locate(name) ?? url)
  const pool = pools.of(name, origin)
  const breaker = breakers.of(name, origin)
  const retry = createRetry()
  const path = pathname + search
  return ({ body, kind }, context, { until, traceparent = requestScope.getStore()?.traceparent }) => {
    const introduced = identity.introduce(context, { path: pathname, body })
    const headers = {
      ...plain,
      'x-request-id': context.requestId,
      ...introduced,
      ...(traceparent && { traceparent }),
    }
    const once = () => post(pool, { path, headers, body }, until - performance.now())
    return breaker(() => retry(once, kind === 'query'), context)
  }
}

function attributesOf({ subgraph, kind, operationName }: SubgraphRequest) {
  return {
    'puchi.subgraph': subgraph,
    'graphql.operation.type': kind,
    ...(operationName && { 'graphql.operation.name': operationName }),
  }
}

// A server may speak the second type alone.
const accept = 'application/json, application/graphql-response+json;q=0.9'
const plain = { 'content-type': 'application/json', accept }

const late = () =>
  new GraphQLError('The answer as a whole took too long.', { extensions: { code: 'ROUTER_TIMEOUT' } })

function failureOf({ code }: NoAnswer, name: string): GraphQLError {
  const did = code === 'SUBGRAPH_TIMEOUT' ? 'did not answer in time' : 'gave no usable answer'
  return new GraphQLError(`The service "${name}" ${did}.`, { extensions: { code } })
}
