import type { ApolloServerPlugin } from '@apollo/server'
import { boundedLabel, type Telemetry } from './telemetry.ts'

/** Counts and times every GraphQL request by operation name, and every error by code. */
export function measured(telemetry: Telemetry, known: Iterable<string> = []): ApolloServerPlugin {
  const duration = telemetry.seconds(
    'graphql_request_duration_seconds',
    'GraphQL requests by operation name.',
    ['operation'],
  )
  const errors = telemetry.counter('graphql_errors_total', 'Errors answered, by code.', ['code'])
  const operation = boundedLabel(known)
  const code = boundedLabel()
  return {
    async requestDidStart() {
      const done = duration.startTimer()
      return {
        async willSendResponse({ operationName, response: { body } }) {
          done({ operation: operation(operationName) })
          if (body.kind !== 'single') return
          for (const { extensions } of body.singleResult.errors ?? [])
            errors.inc({ code: code(String(extensions?.['code'])) })
        },
      }
    },
  }
}
