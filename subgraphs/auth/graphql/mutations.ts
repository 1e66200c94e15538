import type { MutationResolvers } from '../generated/resolvers.ts'

export const Mutation: MutationResolvers = {
  login: (_, { input }, { commands, own }) => commands.login(own(), input),
  logout: async (_, __, { commands, own }) => ({ session: await commands.logout(own()) }),
  refreshToken: (_, { refreshToken }, { commands, by }) => commands.refresh(by, refreshToken),
  revokeSession: async (_, { sessionId }, { commands, own }) => ({
    session: await commands.revokeSession(own(), sessionId),
  }),
  revokeOtherSessions: async (_, __, { commands, own }) => ({
    ended: await commands.revokeOtherSessions(own()),
  }),
  assignRole: async (_, grant, { commands, by, shown }) => ({
    user: shown(await commands.assignRole(by, grant)),
  }),
  revokeRole: async (_, grant, { commands, by, shown }) => ({
    user: shown(await commands.revokeRole(by, grant)),
  }),
  createRole: async (_, { input }, { commands, by }) => ({
    role: await commands.createRole(by, { description: '', permissions: [], ...input }),
  }),
  async deleteRole(_, { name }, { commands, by }) {
    await commands.deleteRole(by, name)
    return { name }
  },
  setRolePermissions: async (_, { role: name, permissions }, { commands, by }) => ({
    role: await commands.setRolePermissions(by, { name, permissions }),
  }),
  suspendUser: async (_, { userId }, { commands, by, shown }) => ({
    user: shown(await commands.suspend(by, userId)),
  }),
  reinstateUser: async (_, { userId }, { commands, by, shown }) => ({
    user: shown(await commands.reinstate(by, userId)),
  }),
  deleteAccount: async (_, { confirm }, { commands, own }) => ({
    userId: (await commands.deleteAccount(own(), confirm)).id,
  }),
}
