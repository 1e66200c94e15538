import { afresh } from '@puchi/platform/graphql/afresh'
import type { Resolvers } from '../generated/resolvers.ts'
import { learning } from './learning.ts'
import { Mutation } from './mutations.ts'
import { preferences } from './preferences.ts'
import { queries } from './queries.ts'
import { subscriptions } from './subscriptions.ts'
import { user } from './user.ts'

// Resolvers translate: who asks, which rule, which field. They decide nothing.
export const resolvers: Resolvers = {
  ...queries,
  Mutation: afresh(Mutation),
  ...user,
  ...preferences,
  ...learning,
  ...subscriptions,
}
