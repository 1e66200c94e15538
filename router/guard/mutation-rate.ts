import type { ApolloServerPlugin } from '@apollo/server'
import { Refusal } from '@puchi/platform/errors'
import { type DocumentNode, Kind, type SelectionSetNode } from 'graphql'
import { RateLimiterRes } from 'rate-limiter-flexible'
import type { Counters } from './counters.ts'
import type { Caller } from './identity.ts'
import { ownerKey } from './owner.ts'

/** Lets each user, and each address without one, run so many mutations a minute; each root field counts. */
export async function mutationRate(
  points: number,
  { rate }: Pick<Counters, 'rate'>,
  onLimit: (limit: string) => void,
): Promise<ApolloServerPlugin<Caller>> {
  const consume = await rate({ keyPrefix: 'puchi:mutations', points, duration: 60 })
  return {
    async requestDidStart() {
      return {
        async didResolveOperation({ operation, document, contextValue }) {
          if (operation?.operation !== 'mutation') return
          const fields = fieldsOf(operation.selectionSet, document)
          await consume(ownerKey(contextValue), fields).catch((over: unknown) => {
            if (!(over instanceof RateLimiterRes)) throw over
            onLimit('mutations')
            throw new Refusal('RATE_LIMITED', `At most ${points} mutations a minute are allowed.`, {
              retryAfter: Math.max(1, Math.ceil(over.msBeforeNext / 1_000)),
            })
          })
        },
      }
    },
  }
}

/** The fields at the top, those in fragments and under other names among them. The limits have bounded them. */
function fieldsOf({ selections }: SelectionSetNode, document: DocumentNode): number {
  let sum = 0
  for (const one of selections)
    if (one.kind === Kind.FIELD) sum += 1
    else if (one.kind === Kind.INLINE_FRAGMENT) sum += fieldsOf(one.selectionSet, document)
    else
      for (const fragment of document.definitions)
        if (fragment.kind === Kind.FRAGMENT_DEFINITION && fragment.name.value === one.name.value)
          sum += fieldsOf(fragment.selectionSet, document)
  return sum
}
