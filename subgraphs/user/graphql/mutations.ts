import { signedIn } from '@puchi/platform/identity/viewer'
import { follow } from '../domain/follow.ts'
import { mergeGuestPreferences, updatePreferences } from '../domain/learner.ts'
import { completeOnboarding } from '../domain/onboarding.ts'
import { seenBy } from '../domain/privacy.ts'
import { setAvatar, updateProfile } from '../domain/profile.ts'
import { recordProgress } from '../domain/progress.ts'
import type { MutationResolvers } from '../generated/resolvers.ts'
import { flat } from './preferences.ts'

export const Mutation: MutationResolvers = {
  async completeOnboarding(_, { input }, { viewer, learners, now }) {
    const { userId: learnerId } = signedIn(viewer)
    return { user: seenBy(learnerId, await completeOnboarding(learners, { learnerId, now }, input)) }
  },
  async updateProfile(_, { input }, { viewer, learners }) {
    const { userId } = signedIn(viewer)
    return { user: seenBy(userId, await updateProfile(learners, userId, input)) }
  },
  async setAvatar(_, { url }, { viewer, learners }) {
    const { userId } = signedIn(viewer)
    return { user: seenBy(userId, await setAvatar(learners, userId, url)) }
  },
  async updatePreferences(_, { input }, { viewer, learners }) {
    const learner = await updatePreferences(learners, signedIn(viewer).userId, flat(input))
    return { user: seenBy(learner.id, learner), preferences: learner.preferences }
  },
  async mergeGuestPreferences(_, { input }, { viewer, learners }) {
    const { learner, merged } = await mergeGuestPreferences(learners, signedIn(viewer).userId, flat(input))
    return { merged, user: seenBy(learner.id, learner), preferences: learner.preferences }
  },
  async recordProgress(_, { input }, { viewer, book, now, seenAnyway }) {
    const { userId: learnerId } = signedIn(viewer)
    const answer = await recordProgress(book, { learnerId, now }, input)
    return { ...answer, user: await seenAnyway(learnerId) }
  },
  async follow(_, { userId: followedId }, { viewer, follows, seenAnyway }) {
    await follow(follows, { followerId: signedIn(viewer).userId, followedId })
    return { user: await seenAnyway(followedId) }
  },
  async unfollow(_, { userId: followedId }, { viewer, follows, seenAnyway }) {
    await follows.unfollow({ followerId: signedIn(viewer).userId, followedId })
    return { user: await seenAnyway(followedId) }
  },
}
