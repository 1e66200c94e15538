import type { Caller } from '../guard/identity.ts'
import type { Data } from './data.ts'

/** One HTTP request to a subgraph; `body` is the finished JSON text. */
export type SubgraphRequest = {
  subgraph: string
  kind: 'query' | 'mutation' | 'subscription'
  operationName?: string
  body: string
  /** Of an entity fetch: the last part of its variables, so that several bodies may become one. */
  representations?: Representations
}

/** The inside of a JSON list, and how many it holds. */
export type Representations = { text: string; count: number }

export type SubgraphError = {
  message?: string
  path?: readonly (string | number)[] | undefined
  extensions?: Record<string, unknown> | undefined
}

/** A subgraph's answer. The executor changes the objects inside, so one parsed answer serves one request only. */
export type SubgraphAnswer = {
  data?: Data | null | undefined
  errors?: readonly SubgraphError[] | undefined
}

/** What every fetch of one request knows. */
export type RequestContext = Caller & {
  requestId: string
  /** When the whole answer is due, on the clock of `performance`: what is fetched by then is what it holds. */
  deadline?: number
}

/**
 * Sends one request. Rejects when there is no answer; a GraphQLError it rejects with (SUBGRAPH_TIMEOUT,
 * SUBGRAPH_UNAVAILABLE) reaches the client, on the fields that were to be fetched.
 */
export type SubgraphFetch = (request: SubgraphRequest, context: RequestContext) => Promise<SubgraphAnswer>
