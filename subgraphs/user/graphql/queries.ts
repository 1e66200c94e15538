import { leaderboard, ownEntry } from '../domain/leaderboard.ts'
import { seenBy } from '../domain/privacy.ts'
import { searchUsers } from '../domain/search.ts'
import { byUsername } from '../domain/username.ts'
import type { Resolvers } from '../generated/resolvers.ts'

export const queries: Pick<Resolvers, 'Query' | 'LeaderboardConnection' | 'LeaderboardEntry'> = {
  Query: {
    me: (_, __, { viewerId, seenAnyway }) => (viewerId === undefined ? null : seenAnyway(viewerId)),
    user: (_, { id }, { seen }) => seen(id),
    async userByUsername(_, { username }, { learners, viewerId }) {
      const learner = await byUsername(learners, viewerId, username)
      return learner && seenBy(viewerId, learner)
    },
    searchUsers: (_, { text, ...args }, { search, viewerId }) =>
      searchUsers(search, { text, viewerId }, args),
    leaderboard: (_, { period, ...args }, { leaderboards, viewerId, now }) =>
      leaderboard(leaderboards, { period, viewerId, now }, args),
  },
  LeaderboardConnection: {
    viewer: ({ board }, _, { leaderboards, viewerId }) =>
      viewerId === undefined ? null : ownEntry(leaderboards, board, viewerId),
  },
  LeaderboardEntry: {
    user: (entry, _, { seenAnyway }) => ('ownId' in entry ? seenAnyway(entry.ownId) : entry.user),
  },
}
