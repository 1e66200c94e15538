import type { PreferencesInput } from '../domain/preferences.ts'
import type { Resolvers, UpdatePreferencesInput } from '../generated/resolvers.ts'

/** The schema groups preferences; the rules know them side by side. */
export const flat = ({ privacy, notifications, ...own }: UpdatePreferencesInput): PreferencesInput => ({
  ...own,
  ...privacy,
  ...notifications,
})

export const preferences: Pick<Resolvers, 'Preferences'> = {
  Preferences: { privacy: (all) => all, notifications: (all) => all },
}
