import type { Resolvers } from '../generated/resolvers.ts'

// Resolvers translate: who asks, which rule, which field. They decide nothing.
export const resolvers: Resolvers = {
  Query: {
    me: (_, __, { viewer, account }) => viewer && account(viewer.userId),
  },
  User: {
    __resolveReference: ({ id }, { account }) => account(id),
  },
}
