import { BadEnvironment } from '@puchi/platform/env'
import { type Log, requestScope } from '@puchi/platform/log'
import type { Tracing } from '@puchi/platform/tracing'
import { GraphQLError } from 'graphql'
import type { Identity } from '../../guard/identity.ts'
import { ownerKey } from '../../guard/owner.ts'
import type { Planning } from '../../plan/planning.ts'
import type { RouterContext } from '../../supergraph/generation.ts'
import type { SubgraphFetch, SubgraphRequest } from '../subgraph.ts'
import type { Breakers } from './breakers.ts'
import type { Fetches } from './fetches.ts'
import { type Answered, createInFlight, type InFlight, keyOf } from './in-flight.ts'
import type { Pools } from './pools.ts'
import { type Answer, NoAnswer, post } from './post.ts'
import { responseOf } from './response.ts'
import { createRetry } from './retries.ts'

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

/** When a fetch gives up, on the clock of `performance`, and the span it belongs to. */
type Asking = { until: number; traceparent?: string | undefined }

/** Fetches from the subgraphs of one supergraph; each must have an URL. One that fails costs its own fields alone. */
export function subgraphFetch(
  subgraphs: Planning['subgraphs'],
  options: SubgraphFetchOptions,
): SubgraphFetch<RouterContext> {
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
  { name, url }: Planning['subgraphs'][number],
  options: SubgraphFetchOptions & { inFlight: InFlight },
): SubgraphFetch<RouterContext> {
  const { pools, breakers, identity, fetches, log, patience, inFlight, tracing } = options
  const target = targetOf(name, options.locate(name) ?? url)
  const pool = pools.of(name, target.origin)
  const breaker = breakers.of(name, target.origin)
  const retry = createRetry()
  const { pathname } = target
  const path = pathname + target.search

  function send(
    { body, kind }: SubgraphRequest,
    context: RouterContext,
    { until, traceparent = requestScope.getStore()?.traceparent }: Asking,
  ): Promise<Answer> {
    const introduced = identity.introduce(context, { path: pathname, body })
    const headers = {
      ...plain,
      'x-request-id': context.requestId,
      ...introduced,
      ...(traceparent && { traceparent }),
    }
    const once = () => post(pool, { path, headers, body }, until - performance.now())
    return breaker(
      () => retry(once, kind === 'query'),
      () => ownerKey(context),
    )
  }

  async function ask(request: SubgraphRequest, context: RouterContext, asking: Asking): Promise<Answered> {
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

  function traced(request: SubgraphRequest, context: RouterContext, until: number): Promise<Answered> {
    if (!tracing) return ask(request, context, { until })
    return tracing.part(`fetch ${name}`, attributesOf(request), (traceparent) =>
      ask(request, context, { until, traceparent }),
    )
  }

  return async (request, context) => {
    const until = Math.min(performance.now() + patience, context.deadline ?? Number.POSITIVE_INFINITY)
    const fetch = () => traced(request, context, until)
    try {
      if (request.kind !== 'query') return (await fetch().finally(inFlight.forget)).answer
      const caller = keyOf(context, name)
      return await inFlight.share(caller, request.body, {
        until,
        fetch,
        onShared: () => fetches.shared(name),
      })
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error
      // Whoever shares a fetch has a deadline of his own.
      const whole = error.code === 'SUBGRAPH_TIMEOUT' && until === context.deadline
      throw whole ? late() : failureOf(error, name)
    }
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

/** Where a subgraph is. Throws where that is no http URL, or one whose credentials would not be sent. */
export function targetOf(name: string, url: string | undefined): URL {
  const target = URL.parse(url ?? '')
  if (target?.username || target?.password)
    throw new BadEnvironment(`The URL of the subgraph ${name} holds credentials; the router sends none.`)
  if (target && /^https?:$/.test(target.protocol)) return target
  throw new BadEnvironment(`The subgraph ${name} has no http URL; give one with --subgraph ${name}=URL.`)
}
