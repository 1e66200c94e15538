import type { IncomingMessage } from 'node:http'
import type { Measure } from '@puchi/platform/graphql/measure'
import type { GraphQLParams } from '@puchi/platform/graphql/params'
import type { Viewer } from '@puchi/platform/identity/viewer'
import {
  type DocumentNode,
  type FormattedExecutionResult,
  type GraphQLError,
  OperationTypeNode,
} from 'graphql'
import type { KnownOperation, KnownOperations } from '../execute/compile/known-operations.ts'
import type { CompiledOperation } from '../execute/compile/operation.ts'
import type { Plans } from '../execute/compile/plans.ts'
import { executeToJson } from '../execute/execute.ts'
import type { Gateway } from '../execute/gateway.ts'
import type { RequestContext, SubgraphFetch } from '../execute/subgraph.ts'
import type { FormatError } from '../guard/format-error.ts'

type Request = Pick<IncomingMessage, 'headers'>

/** A result and its text; `result` only says what the text does not show: whether there is data, and errors. */
export type FastAnswer = { text: string; result: FormattedExecutionResult }

/** Answers known operations; null leaves a request, untouched, to ApolloServer. */
export type FastPath = (
  params: GraphQLParams,
  request: Request,
  context: RequestContext,
) => Promise<FastAnswer | null>

export type FastPathOptions = {
  gateway: Gateway
  known: KnownOperations
  fetch: SubgraphFetch
  /** Whether the viewer may have all of a document. */
  admits(document: DocumentNode, viewer: Viewer | null): boolean
  formatError: FormatError
  measure: Measure
  plans: Pick<Plans, 'hit'>
  /** Whether clients may read plans, and what subgraphs answered against their schema. */
  open: boolean
}

const whole: FormattedExecutionResult = { data: {} }

/**
 * The fast path for operations that ApolloServer let pass before: nothing is parsed, validated or planned again, and
 * the answer is written as text. It answers what ApolloServer would, to the letter, and leaves to it what is unusual.
 */
export function createFastPath(options: FastPathOptions): FastPath {
  const { fetch, measure, open } = options
  const format = formatter(options)
  return async (params, request, context) => {
    const found = knownIn(params, request, options)
    if (!found || !options.admits(found.document, context.viewer)) return null
    if (found.compiled) options.plans.hit()
    const compiled = compiledOf(options.gateway, found, params)
    if (!compiled) return null
    const done = measure()
    const operationName = found.operation.name?.value
    const { text, result } = await executeToJson(compiled, { variables: params.variables, fetch, context })
    if (!result) {
      done({ operationName })
      return { text, result: whole }
    }
    const { data, extensions } = result
    const errors = result.errors?.map(format)
    done({ operationName, errors })
    const shown = { errors, data, extensions: open ? extensions : undefined }
    return { text: JSON.stringify(shown), result: shown as FormattedExecutionResult }
  }
}

function knownIn(
  { query, operationName, extensions }: GraphQLParams,
  { headers }: Request,
  { known, open }: Pick<FastPathOptions, 'known' | 'open'>,
): KnownOperation | undefined {
  if (query === undefined || extensions || operationName === '') return undefined
  if (open && headers['apollo-query-plan-experimental']) return undefined
  const found = known.of(query, operationName)
  // A mutation has a rate to keep, which a plugin of the server looks after.
  return found?.operation.operation === OperationTypeNode.QUERY ? found : undefined
}

/** Undefined where no plan answers it, which ApolloServer then says. */
function compiledOf(
  gateway: Gateway,
  found: KnownOperation,
  params: GraphQLParams,
): CompiledOperation | undefined {
  try {
    found.compiled ??= gateway.compiled(params.query ?? '', found.document, params.operationName)
    return found.compiled
  } catch {
    return undefined
  }
}

const formatter =
  ({ formatError }: Pick<FastPathOptions, 'formatError'>) =>
  (error: GraphQLError) =>
    formatError(error.toJSON(), error)
