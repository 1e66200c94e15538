import { randomUUID } from 'node:crypto'
import {
  createSourceEventStream,
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  execute,
  GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  parse,
  validate,
} from 'graphql'
import { outageOf } from '../database/outage.ts'
import { type ErrorCode, Refusal } from '../errors.ts'
import { maskErrors } from '../graphql/masking.ts'
import type { Caller } from '../identity/signature.ts'
import type { Client, Viewer } from '../identity/viewer.ts'
import { type Log, requestScope } from '../log.ts'
import { semaphore } from '../semaphore.ts'
import { literalFault, variableFault } from '../text.ts'
import { endingWith } from './ending.ts'
import { over } from './feed.ts'
import { outlast } from './outlast.ts'
import { refuseRootCondition } from './root-condition.ts'

export type LiveParams = {
  query: string
  operationName?: string | null | undefined
  variables?: Record<string, unknown> | null | undefined
}

/** How the subscriptions of a subgraph are checked and run, whatever carries them. */
export type LiveOperations = {
  /** What would be run for a caller. Throws a GraphQLError for what is no subscription of this schema. */
  prepare(params: LiveParams, caller: Caller): ExecutionArgs
  /** Runs what was prepared; every frame gets a context of its own. */
  subscribe(args: ExecutionArgs): Promise<ExecutionResult | AsyncIterableIterator<ExecutionResult>>
  /** Errors as a caller may see them. */
  shown(errors: readonly GraphQLError[]): ReturnType<ReturnType<typeof maskErrors>>[]
}

type Options<C> = {
  schema: GraphQLSchema
  context(viewer: Viewer | null, client: Client): C
  log: Log
}

type Scope = { requestId: string; fresh(): unknown; expiresAt: number | undefined }

export function liveOperations<C>({ schema, context, log }: Options<C>): LiveOperations {
  const mask = maskErrors(log)
  // Whose frames they are; graphql-js hands `contextValue` through as it is.
  const scopes = new WeakMap<object, Scope>()

  return {
    prepare({ query, operationName, variables }, { viewer, client, expiresAt }) {
      const document = documentOf(schema, query)
      const operation = getOperationAST(document, operationName)
      if (!operation) throw refusal('OPERATION_RESOLUTION_FAILURE', 'The document has no such operation.')
      if (operation.operation !== 'subscription')
        throw refusal('BAD_REQUEST', 'Only subscriptions come over a socket; send the rest by HTTP.')
      const fault = variableFault(variables) ?? literalFault(document)
      if (fault) throw refusal('BAD_USER_INPUT', `${fault.field}: ${fault.message}`)
      const fresh = () => context(viewer, client)
      const contextValue = fresh() as object
      scopes.set(contextValue, { requestId: randomUUID(), fresh, expiresAt })
      return { schema, document, operationName, variableValues: variables, contextValue }
    },
    async subscribe(args) {
      const scope = scopes.get(args.contextValue as object)
      if (!scope) throw new Error('only what was prepared can be run')
      const { requestId } = scope
      return requestScope.run({ requestId }, async () => {
        const source = await createSourceEventStream(args)
        return Symbol.asyncIterator in source ? framed(source, args, scope) : source
      })
    },
    shown: (errors) => errors.map((error) => mask(error.toJSON(), error)),
  }
}

const longestTimer = 2 ** 31 - 1

// Everybody's frames share the few connections of one database; see `looking` in frames.ts.
const running = semaphore(8)

function framed(
  source: AsyncIterable<unknown>,
  args: ExecutionArgs,
  scope: Scope,
): AsyncIterableIterator<ExecutionResult> {
  const events = source[Symbol.asyncIterator]()
  const expiry =
    scope.expiresAt === undefined
      ? undefined
      : setTimeout(() => void end(), Math.min(scope.expiresAt - Date.now(), longestTimer))
  expiry?.unref()

  let isOver = false
  async function end(): Promise<void> {
    isOver = true
    clearTimeout(expiry)
    await events.return?.()
  }
  return endingWith<ExecutionResult>(end, () =>
    requestScope.run({ requestId: scope.requestId }, async () => {
      const { value: rootValue, done } = await events.next()
      if (done) {
        clearTimeout(expiry)
        return over
      }
      // What a subscriber is not shown it never hears of again: it is not told of an outage, it waits.
      const whole = async () => {
        const result = await execute({ ...args, rootValue, contextValue: scope.fresh() })
        const outage = result.errors?.find(outageOf)
        if (outage) throw outage
        return result
      }
      const inTurn = () => running(whole)
      const value = await outlast(inTurn, () => isOver)
      return value ? { value, done: false as const } : over
    }),
  )
}

function documentOf(schema: GraphQLSchema, query: string): DocumentNode {
  const document = parsed(query)
  refuseRootCondition(document)
  const [fault] = validate(schema, document)
  if (fault) throw refusal('GRAPHQL_VALIDATION_FAILED', fault.message)
  return document
}

function parsed(query: string): DocumentNode {
  try {
    return parse(query)
  } catch (error) {
    throw refusal('GRAPHQL_PARSE_FAILED', (error as Error).message)
  }
}

const refusal = (code: ErrorCode, message: string): GraphQLError => asGraphQLError(new Refusal(code, message))

/** What graphql-js makes of an error that a resolver throws. */
export const asGraphQLError = (error: unknown): GraphQLError =>
  error instanceof GraphQLError
    ? error
    : new GraphQLError((error as Error).message, { originalError: error as Error })
