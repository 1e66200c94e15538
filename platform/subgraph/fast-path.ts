import {
  type DocumentNode,
  execute,
  type FormattedExecutionResult,
  type GraphQLSchema,
  getOperationAST,
  parse,
  validate,
} from 'graphql'
import { LRUCache } from 'lru-cache'
import { roomForDocuments } from '../graphql/documents.ts'
import { maskErrors } from '../graphql/masking.ts'
import type { Measure } from '../graphql/measure.ts'
import type { GraphQLParams } from '../graphql/params.ts'
import type { Log } from '../log.ts'
import { literalFault, variableFault } from '../text.ts'

/** Answers a request's JSON; null leaves it, untouched, to the ordinary server. */
export type FastPath<C> = (params: GraphQLParams, context: C) => Promise<FormattedExecutionResult | null>

type FastPathOptions = { schema: GraphQLSchema; log: Log; measure: Measure }

/**
 * The fast path for a router, which sends the same few documents all day: each is parsed and validated once, and
 * graphql-js runs it without a per-request pipeline. What is anything but plain and valid goes to the ordinary server.
 */
export function createFastPath<C>({ schema, log, measure }: FastPathOptions): FastPath<C> {
  const documents = new LRUCache<string, DocumentNode>({
    ...roomForDocuments,
    sizeCalculation: (_, text) => text.length,
  })
  const mask = maskErrors(log)

  function documentOf(text: string): DocumentNode | undefined {
    const known = documents.get(text) ?? validDocument(schema, text)
    if (known) documents.set(text, known)
    return known
  }
  return async (params, contextValue) => {
    const { query, operationName, variables: variableValues, extensions } = params
    if (query === undefined || extensions || variableFault(variableValues)) return null
    const document = documentOf(query)
    const operation = document && getOperationAST(document, operationName)
    if (!document || !operation || operation.operation === 'subscription') return null
    const done = measure()
    const result = await execute({ schema, document, contextValue, variableValues, operationName })
    // Without `data` nothing ran: the variables are wrong, and the ordinary server says so in its own way.
    if (!('data' in result)) return null
    const errors = result.errors?.map((error) => mask(error.toJSON(), error))
    done({ operationName: operation.name?.value, errors })
    return { data: result.data, ...(errors && { errors }) }
  }
}

function validDocument(schema: GraphQLSchema, text: string): DocumentNode | undefined {
  try {
    const document = parse(text, { noLocation: true })
    return validate(schema, document).length === 0 && !literalFault(document) ? document : undefined
  } catch {
    return undefined
  }
}
