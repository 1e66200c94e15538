import { signedIn } from '@puchi/platform/identity/viewer'
import { framesOf } from '@puchi/platform/live/frames'
import { sessionRevoked } from '@puchi/schema/events'
import type { Resolvers } from '../generated/resolvers.ts'
import type { SessionRevokedModel } from './models.ts'

export const subscriptions: Pick<Resolvers, 'Subscription' | 'SessionRevoked'> = {
  Subscription: {
    sessionRevoked: {
      resolve: (frame: SessionRevokedModel) => frame,
      subscribe(_, __, { viewer, live, versionOf, endedOf }) {
        const { userId } = signedIn(viewer)
        const feed = live.follow({ topic: userId, wants: ({ type }) => type === sessionRevoked.key })
        return framesOf<SessionRevokedModel>(feed, {
          async look() {
            const version = await versionOf(userId)
            return { userId, version, snapshot: true, sessionIds: await endedOf(userId) }
          },
          show({ version, data }) {
            const { sessionId } = data as { sessionId: string }
            return { userId, version, snapshot: false, sessionIds: [sessionId] }
          },
        })
      },
    },
  },
  SessionRevoked: { user: ({ userId }, _, { account }) => account(userId) },
}
