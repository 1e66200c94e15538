import { Refusal } from '@puchi/platform/errors'
import type { Telemetry } from '@puchi/platform/telemetry'
import type { DocumentNode, GraphQLSchema, OperationDefinitionNode } from 'graphql'
import type { LimitSettings } from '../settings/limits.ts'
import { costJudge } from './limits/cost.ts'
import { judgeShape } from './limits/shape.ts'
import { judgeText } from './limits/text.ts'
import { judgeVariables } from './limits/variables.ts'

/** Judges one request's variables; `bytes` is the length of the body they came in. */
export type JudgeVariables = (variables: Readonly<Record<string, unknown>>, bytes?: number) => void

/** What a request may ask of one version of the supergraph. Everything throws a Refusal, LIMIT_EXCEEDED above all. */
export type Limits = {
  /** Before parsing. */
  text(query: string): void
  /** Before validation, which takes longer than linear time: of the whole document, and of one operation's cost. */
  operation(document: DocumentNode, operation?: OperationDefinitionNode): JudgeVariables
}

/** Counts what the limits refuse, over all versions of the supergraph. */
export function limitRefusals(telemetry: Telemetry): (limit: string) => void {
  const refusals = telemetry.counter(
    'router_limit_refusals_total',
    'Requests refused for exceeding a limit, by limit.',
    ['limit'],
  )
  return (limit) => refusals.inc({ limit })
}

/** `schema` is the supergraph's own, whose SDL carries @cost and @listSize. */
export function createLimits(
  schema: GraphQLSchema,
  settings: LimitSettings,
  count: (limit: string) => void,
): Limits {
  const costOf = costJudge(schema, settings)
  const counted = <Result>(judge: () => Result): Result => {
    try {
      return judge()
    } catch (error) {
      if (error instanceof Refusal) count(error.extensions.limit ?? 'cycle')
      throw error
    }
  }
  return {
    text: (query) => counted(() => judgeText(query, settings)),
    operation(document, operation) {
      counted(() => judgeShape(document, settings))
      const cost = operation && costOf(document, operation)
      return (variables, bytes = Number.POSITIVE_INFINITY) =>
        counted(() => {
          judgeVariables(variables, bytes, settings)
          cost?.(variables)
        })
    },
  }
}
