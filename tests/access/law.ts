import type { Viewer } from '@puchi/platform/identity/viewer'

/** What the law knows of somebody whose fields are asked for. */
export type Person = { id: string; profilePublic: boolean; shareActivity: boolean; findable: boolean }
export type Asking = Pick<Viewer, 'userId' | 'permissions'> | null

type Rule = (asking: Asking, of: Person) => boolean

const own: Rule = (asking, { id }) => asking?.userId === id
const account: Rule = (asking, of) => own(asking, of) || asking?.permissions.includes('admin:users') === true
const profile: Rule = (asking, of) => own(asking, of) || of.profilePublic
/** As on the screen that lists accounts. */
const listed: Rule = (asking, of) => profile(asking, of) || account(asking, of)
const activity: Rule = (asking, of) => own(asking, of) || (of.profilePublic && of.shareActivity)
const signedIn: Rule = (asking) => asking !== null
const everybody: Rule = () => true

/** Who sees which field of a user: the one place that says so. What is not seen is null, never an error. */
export const fieldsOfUser: Record<string, Rule> = {
  id: everybody,
  username: everybody,
  avatarUrl: everybody,
  followedByViewer: signedIn,

  email: account,
  emailVerified: account,
  status: account,
  locale: account,
  lastSignInAt: account,
  roles: account,
  permissions: account,
  permissionVersion: account,
  sessions: account,
  linkedAccounts: account,

  firstName: profile,
  lastName: profile,
  bio: profile,
  stats: listed,
  achievements: profile,
  following: profile,
  followers: profile,

  dailyActivity: activity,
  weeklyXp: activity,

  ageRange: own,
  onboarding: own,
  preferences: own,
  progress: own,
  lessonProgress: own,
  xpHistory: own,
  dataExport: own,
}

/** What the public may ask at the root; anything else there has a directive. */
export const openRoots = [
  'Query.me',
  'Query.user',
  'Query.userByUsername',
  'Query.searchUsers',
  'Query.leaderboard',
  'Mutation.refreshToken',
  'Subscription.leaderboardUpdated',
]

/** Who may appear as a user below a root or a field that names people of its own accord. */
export const appearing: Record<string, Rule> = {
  'Query.me': own,
  'Query.userByUsername': (asking, of) => own(asking, of) || of.findable,
  'Query.searchUsers': (asking, of) => own(asking, of) || of.findable,
  'LeaderboardEntry.user': (asking, of) => own(asking, of) || of.shareActivity,
}
