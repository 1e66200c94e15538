import { Refusal, told } from '@puchi/platform/errors'
import type { GraphQLParams } from '@puchi/platform/graphql/params'
import { type Log, requestScope } from '@puchi/platform/log'
import type { Tracing } from '@puchi/platform/tracing'
import type { GraphQLFormattedError } from 'graphql'
import type { Found, Subscribing } from '../execute/source.ts'
import type { RequestContext } from '../execute/subgraph.ts'
import type { Overload } from '../guard/overload.ts'
import type { Persisted } from '../supergraph/persisted.ts'
import type { Supergraph } from '../supergraph/supergraph.ts'
import type { Member } from './events/group.ts'
import type { FindAgain, Groups } from './events/groups.ts'

/** Who waits for the results of an operation. */
export type Listener = Member & {
  /** The operation was refused before anything ran. */
  refused(errors: readonly GraphQLFormattedError[]): void
  /** Our own fault. */
  broken(): void
}

/** Runs an operation of any kind, with the guards of a plain request; returns how to stop it. */
export type Operate = (params: GraphQLParams, context: RequestContext, listener: Listener) => () => void

type Answer = { data?: unknown; errors?: readonly GraphQLFormattedError[] }
export type Options = {
  supergraph: Pick<Supergraph, 'serve'>
  persisted: Pick<Persisted, 'read'>
  overload: Pick<Overload, 'admit'>
  groups: Groups
  patience: number
  log: Log
  tracing?: Pick<Tracing, 'unit'> | undefined
}

export function createOperations(options: Options): Operate {
  const { supergraph, persisted, overload, groups, patience, log, tracing } = options
  async function ask(given: GraphQLParams, context: RequestContext): Promise<Answer & { found?: Found }> {
    const subscribing: Subscribing = {}
    const { params } = persisted.read(given)
    const deadline = performance.now() + patience
    const { data, errors } = await supergraph.serve(async ({ admit, ask }) => {
      admit(params)
      return ask(params, { ...context, deadline, subscribing })
    })
    if (errors) return { data, errors }
    return { data, ...(subscribing.found && { found: subscribing.found }) }
  }
  const admitted = (params: GraphQLParams, context: RequestContext) =>
    overload.admit(() => ask(params, context))
  const traced: typeof admitted = tracing
    ? (params, context) => tracing.unit('operation', attributesOf(params), () => admitted(params, context))
    : admitted
  const again = (params: GraphQLParams, context: RequestContext) => async () => {
    const { found, errors = [] } = await ask(params, context).catch(refusalOf(context))
    return found ?? errors
  }
  return (params, context, listener) => {
    let leave: (() => void) | undefined
    let stopped = false
    const begin = async () => {
      const { found, data, errors } = await traced(params, context).catch(refusalOf(context))
      if (stopped) return
      if (found) leave = groups.join(openedBy(found, context, again(params, context)), listener)
      else if (data === undefined && errors) listener.refused(errors)
      else {
        listener.next(JSON.stringify({ errors, data }))
        listener.end()
      }
    }
    // Of a stream the request may belong to a trace.
    requestScope
      .run({ ...requestScope.getStore(), requestId: context.requestId }, begin)
      .catch((error: unknown) => {
        log.error({ err: error }, 'an operation over a socket failed')
        listener.broken()
      })
    return () => {
      stopped = true
      leave?.()
    }
  }
}

const attributesOf = ({ operationName }: GraphQLParams) =>
  operationName ? { 'graphql.operation.name': operationName.slice(0, 64) } : {}

const openedBy = (found: Found, context: RequestContext, again: FindAgain) => ({
  found,
  context: found.everyones ? { viewer: null, requestId: context.requestId } : context,
  again,
})

/** What a request that asks too much is answered, as over HTTP. */
const refusalOf =
  ({ requestId }: RequestContext) =>
  (error: unknown): Answer & { found?: undefined } => {
    if (!(error instanceof Refusal)) throw error
    return { errors: [told(error, requestId)] }
  }
