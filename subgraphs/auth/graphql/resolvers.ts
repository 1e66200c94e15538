import { afresh } from '@puchi/platform/graphql/afresh'
import { dateTime } from '@puchi/platform/graphql/date-time'
import type { Resolvers } from '../generated/resolvers.ts'
import { Mutation } from './mutations.ts'
import { Query } from './queries.ts'
import { subscriptions } from './subscriptions.ts'
import { User } from './user.ts'

// Resolvers translate: who asks, which rule, which field. They decide nothing.
export const resolvers: Resolvers = {
  DateTime: dateTime,
  Query,
  Mutation: afresh(Mutation),
  User,
  ...subscriptions,
  Session: { isCurrent: ({ id }, _, { viewer }) => id === viewer?.sessionId },
  AuditEntry: {
    id: ({ seq }) => String(seq),
    actor: ({ actor }, _, { account }) => (actor === null ? null : account(actor)),
    ipAddress: ({ ip }) => ip,
  },
}
