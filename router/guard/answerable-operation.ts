import type { ApolloServerPlugin } from '@apollo/server'
import { Refusal } from '@puchi/platform/errors'

/** Refuses a document without the operation asked for, and a subscription, before anything is planned. */
export const answerableOperation: ApolloServerPlugin = {
  async requestDidStart() {
    return {
      async didResolveOperation({ operation, request: { operationName }, contextValue }) {
        if (operation?.operation === 'subscription' && !('subscribing' in contextValue))
          throw new Refusal(
            'BAD_REQUEST',
            'Subscribe over graphql-transport-ws, or accept text/event-stream or multipart/mixed;subscriptionSpec=1.0.',
          )
        if (operation) return
        const message =
          typeof operationName === 'string'
            ? `The document has no operation named "${operationName}".`
            : 'The document has several operations: name one in operationName.'
        throw new Refusal('OPERATION_RESOLUTION_FAILURE', message)
      },
    }
  },
}
