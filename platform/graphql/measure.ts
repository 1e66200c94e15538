import type { ApolloServerPlugin } from '@apollo/server'
import type { GraphQLFormattedError } from 'graphql'
import { boundedLabel, type Telemetry } from '../telemetry.ts'

type Answered = {
  operationName?: string | null | undefined
  errors?: readonly GraphQLFormattedError[] | undefined
}

/** Begins to time one GraphQL request; what it returns ends that, and counts the errors by code. */
export type Measure = () => (answered: Answered) => void

/** Counts and times GraphQL requests by operation name, and errors by code. */
export function requestMeasure(telemetry: Telemetry, known: Iterable<string> = []): Measure {
  const duration = telemetry.seconds(
    'graphql_request_duration_seconds',
    'GraphQL requests by operation name.',
    ['operation'],
  )
  const failed = telemetry.counter('graphql_errors_total', 'Errors answered, by code.', ['code'])
  const operation = boundedLabel(known)
  const code = boundedLabel()
  return () => {
    const begin = performance.now()
    return ({ operationName, errors = [] }) => {
      duration.observe({ operation: operation(operationName) }, (performance.now() - begin) / 1_000)
      for (const { extensions } of errors) failed.inc({ code: code(String(extensions?.['code'])) })
    }
  }
}

/** Measures every request of an ApolloServer. */
export const measured = (begin: Measure): ApolloServerPlugin => ({
  async requestDidStart() {
    const done = begin()
    return {
      async willSendResponse({ operationName, response: { body } }) {
        done({ operationName, errors: body.kind === 'single' ? body.singleResult.errors : [] })
      },
    }
  },
})
