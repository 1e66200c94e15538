import type { UserResolvers } from '../generated/resolvers.ts'

export const User: UserResolvers = {
  __resolveReference: ({ id }, { account }) => account(id),
  permissions: ({ id, isOpen }, _, { permissionsOf }) => (isOpen ? permissionsOf(id) : null),
  sessions: ({ id, isOpen }, _, { sessionsOf }) => (isOpen ? sessionsOf(id) : null),
  linkedAccounts: ({ linkedAccounts }) => linkedAccounts?.map((provider) => ({ provider })) ?? null,
}
