import { signedIn } from '@puchi/platform/viewer'
import { newLearner, preferencesFor, updatePreferences } from '../domain/learner.ts'
import { updateProfile } from '../domain/profile.ts'
import { byUsername } from '../domain/username.ts'
import type { Resolvers } from '../generated/resolvers.ts'

// Resolvers translate: who asks, which rule, which field. They decide nothing.
export const resolvers: Resolvers = {
  Query: {
    me: async (_, __, { viewer, learnerById }) =>
      viewer && ((await learnerById.load(viewer.userId)) ?? newLearner(viewer.userId)),
    user: (_, { id }, { learnerById }) => learnerById.load(id),
    userByUsername: (_, { username }, { learners }) => byUsername(learners, username),
  },
  Mutation: {
    updateProfile: async (_, { input }, { viewer, learners }) => ({
      user: await updateProfile(learners, signedIn(viewer).userId, input),
    }),
    updatePreferences: async (_, { input }, { viewer, learners }) => {
      const user = await updatePreferences(learners, signedIn(viewer).userId, input)
      return { user, preferences: user.preferences }
    },
  },
  User: {
    __resolveReference: async ({ id }, { learnerById }) => (await learnerById.load(id)) ?? newLearner(id),
    preferences: (learner, _, { viewer }) => preferencesFor(viewer?.userId, learner),
  },
}
