import { withRefusals } from '@puchi/platform/access/operation'
import type { Tracing } from '@puchi/platform/tracing'
import { GraphQLError, type GraphQLFormattedError } from 'graphql'
import { executeToJson } from '../../execute/execute.ts'
import type { Found } from '../../execute/source.ts'
import type { RequestContext, SubgraphAnswer, SubgraphFetch } from '../../execute/subgraph.ts'
import { responseOf } from '../../execute/transport/response.ts'
import type { FormatError } from '../../guard/format-error.ts'
import { muteSocket, noSocket } from './upstream.ts'

/** A subscription as it was found on a version of the supergraph, and for whom. */
export type Opened = { found: Found; context: RequestContext }

export type EventOptions = {
  formatError: FormatError
  /** Lets the fetches of several events share a request. */
  gather(fetch: SubgraphFetch): SubgraphFetch
  tracing?: Pick<Tracing, 'unit'> | undefined
}

/** What an event is to so many subscribers: completed from other subgraphs, without what its viewer may not have. */
export function completed(
  event: SubgraphAnswer,
  opened: Opened,
  options: EventOptions,
  subscribers: number,
): Promise<string> {
  const complete = () => textOf(event, opened, options)
  if (!options.tracing) return complete()
  const name = opened.found.compiled.operation.name?.value.slice(0, 64)
  const attributes = {
    'graphql.operation.type': 'subscription',
    ...(name && { 'graphql.operation.name': name }),
    'puchi.subscribers': subscribers,
  }
  return options.tracing.unit('event', attributes, complete)
}

async function textOf(
  event: SubgraphAnswer,
  { found: { compiled, variables, fetch, refused }, context }: Opened,
  options: EventOptions,
): Promise<string> {
  try {
    const run = { variables, fetch: options.gather(fetch), context, event }
    const { text, result } = await executeToJson(compiled, run)
    if (!result && refused.length === 0) return text
    const { data, errors } = withRefusals<Answer>(result ?? JSON.parse(text), refused)
    return JSON.stringify({ ...(errors && { errors: errors.map(formatted(options)) }), data })
  } catch (error) {
    const fault = new GraphQLError('fault', { originalError: error as Error })
    return JSON.stringify({ errors: [formatted(options)(fault)], data: null })
  }
}

type Answer = { data?: unknown; errors?: readonly GraphQLError[] }

/** What a subgraph sent, as an answer. */
export function eventOf(answer: unknown): SubgraphAnswer {
  try {
    return responseOf(answer)
  } catch {
    return { data: null, errors: [{ message: 'no event', extensions: { code: 'SUBGRAPH_UNAVAILABLE' } }] }
  }
}

/** What a subgraph said when it refused; a socket that is closed for good is a subgraph without an answer. */
export const refusalOf = (
  reason: unknown,
  subgraph: string,
  options: EventOptions,
): readonly GraphQLFormattedError[] => errorsOf(reason, subgraph).map(formatted(options))

function errorsOf(reason: unknown, subgraph: string): GraphQLError[] {
  if (!Array.isArray(reason)) {
    const message = `The service "${subgraph}" ${whatItDid(reason)}.`
    return [new GraphQLError(message, { extensions: { code: 'SUBGRAPH_UNAVAILABLE' } })]
  }
  return (responseOf({ errors: reason }).errors ?? []).map(
    ({ message, extensions }) =>
      new GraphQLError(message, { extensions: { code: 'DOWNSTREAM_SERVICE_ERROR', ...extensions } }),
  )
}

function whatItDid(reason: unknown): string {
  if (noSocket(reason)) return 'opened no socket for subscriptions (graphql-transport-ws)'
  if (muteSocket(reason)) return 'opened a socket, but did not acknowledge it (graphql-transport-ws)'
  return 'gave no usable answer'
}

const formatted =
  ({ formatError }: Pick<EventOptions, 'formatError'>) =>
  (error: GraphQLError): GraphQLFormattedError =>
    formatError(error.toJSON(), error)
