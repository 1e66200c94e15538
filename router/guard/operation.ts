import type { ApolloServerPlugin } from '@apollo/server'
import { Refusal } from '@puchi/platform/errors'

/** Refuses a document without the operation asked for, and a subscription, before anything is planned. */
export const answerableOperation: ApolloServerPlugin = {
  async requestDidStart() {
    return {
      async didResolveOperation({ operation, request: { operationName } }) {
        if (operation?.operation === 'subscription')
          throw new Refusal('BAD_REQUEST', 'Subscriptions are not served over a plain request.')
        if (operation) return
        const message = operationName
          ? `The document has no operation named "${operationName}".`
          : 'The document has several operations: name one in operationName.'
        throw new Refusal('OPERATION_RESOLUTION_FAILURE', message)
      },
    }
  },
}
