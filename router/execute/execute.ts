import { computeResponse } from '@apollo/gateway/dist/resultShaping.js'
import { GraphQLError, getVariableValues } from 'graphql'
import type { ClientNames } from '../plan/client-names.ts'
import type { CompiledOperation, Variant } from './compile/operation.ts'
import type { Data } from './data.ts'
import { arrange } from './result/arrange.ts'
import { fit } from './result/fit.ts'
import { introspecting } from './result/introspect.ts'
import type { Run } from './run.ts'
import type { RequestContext, SubgraphAnswer, SubgraphFetch, SubgraphRequest } from './subgraph.ts'

export type Execution = {
  /** As the client sent them. */
  variables?: Data | null | undefined
  fetch: SubgraphFetch
  context: RequestContext
  /** What a subscription's source said; its own fetch is then not sent. */
  event?: SubgraphAnswer
}

export type Result = {
  data?: Data | null
  errors?: readonly GraphQLError[]
  /** `valueCompletion`: what a subgraph answered against its own schema without an error. */
  extensions?: Data
}

type Done = { run: Run; variant: Variant; text: string | null }

/** Runs an operation; the result as objects. */
export async function execute(compiled: CompiledOperation, execution: Execution): Promise<Result> {
  const done = await perform(compiled, execution)
  if ('errors' in done) return done
  return done.text === null ? complete(compiled, done) : { data: JSON.parse(done.text) }
}

/** Runs an operation; the result as JSON text, written straight from the subgraphs' answers where nothing is unusual. */
export async function executeToJson(
  compiled: CompiledOperation,
  execution: Execution,
): Promise<{ text: string; result?: Result }> {
  const done = await perform(compiled, execution)
  if (!('errors' in done) && done.text !== null) return { text: `{"data":${done.text}}` }
  const result = 'errors' in done ? done : complete(compiled, done)
  return { text: JSON.stringify(result), result }
}

async function perform(
  compiled: CompiledOperation,
  execution: Execution,
): Promise<Done | { errors: readonly GraphQLError[] }> {
  const variables = execution.variables ?? {}
  const coerced = coerce(compiled, variables)
  if (coerced.errors) return { errors: coerced.errors }
  let variant: Variant
  try {
    variant = compiled.variantFor(coerced.values)
  } catch (error) {
    if (error instanceof GraphQLError) return { errors: [error] }
    throw error
  }
  const { fetch, context, event } = execution
  const send = (request: SubgraphRequest): Promise<SubgraphAnswer> =>
    event && request.kind === 'subscription' ? Promise.resolve(event) : fetch(request, context)
  const run: Run = { data: {}, errors: [], variables, send }
  await variant.step?.(run)
  return { run, variant, text: run.errors.length ? null : variant.write(run.data) }
}

// A list may hold thousands of values, all of them wrong.
const maxErrors = 5

/** The variables as the schema has them, or what is wrong with them. */
export function coerce({ operation, planning }: CompiledOperation, variables: Data) {
  if (!operation.variableDefinitions?.length) return { values: {} }
  const { variableDefinitions } = operation
  const { coerced, errors } = getVariableValues(planning.schema, variableDefinitions, variables, {
    maxErrors,
  })
  if (!errors) return { values: coerced }
  const extensions = { code: 'BAD_USER_INPUT' }
  return {
    errors: errors.map(
      (error) => new GraphQLError(error.message, { nodes: error.nodes ?? null, extensions }),
    ),
  }
}

/** Apollo's own result shaping, for data with errors or other than the schema promises. */
function complete({ planning }: CompiledOperation, { run, variant }: Done): Result {
  const { inside, names, operation } = variant
  try {
    const misshapen = fit(planning.schema, variant, run.data)
    const shaped = computeResponse({
      operation: inside,
      variables: run.variables,
      input: run.data,
      introspectionHandling: () => undefined,
    })
    const introspect = introspecting(planning.schema, operation, run.variables)
    const data = arrange({ schema: planning.schema, names, introspect }, operation, shaped.data, run.data)
    if (run.errors.length) return { errors: run.errors, data }
    const wrong = [...misshapen, ...shaped.errors.map((one) => renamed(one, names))]
    return wrong.length ? { data, extensions: { valueCompletion: wrong } } : { data }
  } catch (error) {
    // As Apollo's executor: an answer no shape can be given to is an error of its own, without data.
    return {
      errors: [
        error instanceof GraphQLError
          ? error
          : new GraphQLError(String((error as Error).message), { originalError: error as Error }),
      ],
    }
  }
}

const renamed = ({ message, path, extensions }: GraphQLError, { outer }: ClientNames): GraphQLError =>
  new GraphQLError(message, { path: path ? outer(path) : null, extensions })
