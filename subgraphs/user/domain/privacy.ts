import type { Learner, Onboarding } from './learner.ts'
import type { Preferences } from './preferences.ts'

/** A learner as one viewer may see them: the only form in which a learner leaves the domain. */
export type Seen = Pick<Learner, 'id' | 'username' | 'avatarUrl' | 'firstName' | 'lastName' | 'bio'> & {
  preferences: Preferences | null
  onboarding: Onboarding | null
  /** By which the learner's days are told apart. */
  timezone: string
  /** What else may be shown of them. */
  shows: { own: boolean; profile: boolean; activity: boolean }
}

/**
 * What a viewer (undefined: nobody signed in) sees of a learner. Everybody sees username and avatar. Names, bio,
 * stats and follows take a public profile, days and weeks of learning take shared activity as well, the rest is the
 * owner's. What is not shown is null, never an error.
 */
export function seenBy(viewerId: string | undefined, learner: Learner): Seen {
  const { id, username, avatarUrl, preferences, onboarding } = learner
  const own = id === viewerId
  const profile = own || preferences.profilePublic
  const activity = own || (profile && preferences.shareActivity)
  return {
    id,
    username,
    avatarUrl,
    firstName: profile ? learner.firstName : null,
    lastName: profile ? learner.lastName : null,
    bio: profile ? learner.bio : null,
    preferences: own ? preferences : null,
    onboarding: own ? onboarding : null,
    timezone: preferences.timezone,
    shows: { own, profile, activity },
  }
}

/** Stats are seen where the profile is, and by who looks after accounts. */
export const statsShown = ({ shows }: Seen, isAdmin: boolean): boolean => shows.profile || isAdmin

/** Who is looked for by username or name is found only where they allow it. */
export const findableBy = (viewerId: string | undefined, { id, preferences }: Learner): boolean =>
  id === viewerId || preferences.findableByUsername

/** Whether a leaderboard says whose score it is. */
export const namedOnBoard = (viewerId: string | undefined, { id, preferences }: Learner): boolean =>
  id === viewerId || preferences.shareActivity
