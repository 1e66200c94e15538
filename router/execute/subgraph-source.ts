import type { GraphQLDataSource, ServiceEndpointDefinition } from '@apollo/gateway'
import { BadEnvironment } from '@puchi/platform/env'
import type { Log } from '@puchi/platform/log'
import { GraphQLError } from 'graphql'
import type { Identity } from '../guard/identity.ts'
import type { RouterContext } from '../plan/generation.ts'
import type { Fetches } from './fetches.ts'
import { pathsOf } from './paths.ts'
import type { Pools } from './pools.ts'
import { NoAnswer, post } from './post.ts'
import { responseOf, type SubgraphResponse } from './response.ts'

export type SourceOptions = {
  pools: Pools
  identity: Identity
  fetches: Fetches
  log: Log
  /** Where a subgraph is, if not where the supergraph says. */
  locate(name: string): string | undefined
  /** Milliseconds a subgraph has for one answer. */
  patience: number
}

type Fetch = Parameters<GraphQLDataSource<RouterContext>['process']>[0]

/** Fetches from one subgraph. One that fails costs its own fields alone: null, and an error with a code. */
export function subgraphSource(
  { name, url }: ServiceEndpointDefinition,
  options: SourceOptions,
): GraphQLDataSource<RouterContext> {
  const { pools, identity, fetches, log, patience } = options
  const target = targetOf(name, options.locate(name) ?? url)
  const pool = pools.of(name, target.origin)

  async function ask({ request, context }: Fetch): Promise<SubgraphResponse> {
    const { query, operationName, variables } = request
    const { requestId, ...caller } = context as RouterContext
    const body = JSON.stringify({ query, operationName, variables })
    const introduced = identity.introduce(caller, { path: target.pathname, body })
    const headers = { ...plain, 'x-request-id': requestId, ...introduced }
    const { status, json } = await post(
      pool,
      { path: target.pathname + target.search, headers, body },
      patience,
    )
    if (identity.ours && status === 401)
      throw new NoAnswer('SUBGRAPH_UNAVAILABLE', 'it does not know our signature')
    const representations: unknown = variables?.['representations']
    return responseOf(json, Array.isArray(representations) ? representations.length : undefined)
  }

  return {
    async process(fetch) {
      const end = fetches.begin(name)
      try {
        const response = await ask(fetch)
        end()
        return response
      } catch (error) {
        if (!(error instanceof NoAnswer)) throw error
        end(error.code)
        log.warn({ subgraph: name, code: error.code, why: error.message }, 'a subgraph gave no answer')
        const failures = pathsOf(fetch).map((path) => failureOf(error, name, path))
        // What is thrown keeps its path; the gateway would put the fetch's own, with its wildcards, before it.
        if (failures.length === 1) throw failures[0]
        return { errors: failures.map((failure) => failure.toJSON()) }
      }
    },
  }
}

const plain = { 'content-type': 'application/json', accept: 'application/json' }

function failureOf({ code }: NoAnswer, name: string, path: string[]): GraphQLError {
  const did = code === 'SUBGRAPH_TIMEOUT' ? 'did not answer in time' : 'gave no usable answer'
  return new GraphQLError(`The service "${name}" ${did}.`, { path, extensions: { code } })
}

function targetOf(name: string, url: string | undefined): URL {
  const target = URL.parse(url ?? '')
  if (target && /^https?:$/.test(target.protocol)) return target
  throw new BadEnvironment(`The subgraph ${name} has no http URL; give one with --subgraph ${name}=URL.`)
}
