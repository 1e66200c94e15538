import {
  checkedPreferences,
  defaultPreferences,
  type Preferences,
  type PreferencesInput,
} from './preferences.ts'

export type Learner = {
  /** Clerk's user id. */
  id: string
  /** Null until the learner's details are known. */
  username: string | null
  firstName: string | null
  lastName: string | null
  /** Shown, never fetched. */
  avatarUrl: string | null
  bio: string | null
  preferences: Preferences
}

/** What becomes of a learner: the row as it shall stand. */
export type Change = { learner: Learner }

/** All that the rules ask of storage. `store/learners.ts` answers with Prisma, the tests with a Map. */
export type Learners = {
  /** The learners of the given ids in their order, null for an unknown one; one statement for all. */
  byIds(ids: readonly string[]): Promise<(Learner | null)[]>
  byUsername(username: string): Promise<Learner | null>
  /** Which of the given usernames somebody has. */
  taken(usernames: readonly string[]): Promise<Set<string>>
  /**
   * The only way to write: locks the learner, applies `decide` (null: not seen before), and keeps what it says,
   * or nothing. Throws UsernameInUse where another learner has the username, and UNAUTHENTICATED for a deleted one.
   */
  change(id: string, decide: (learner: Learner | null) => Change): Promise<Learner>
  /** Leaves nothing of the learner here. */
  erase(id: string): Promise<void>
}

/** Another learner has that username. */
export class UsernameInUse extends Error {
  override readonly name = 'UsernameInUse'
}

/** A learner as everyone begins, and as one looks whose row is not there yet. */
export const newLearner = (id: string): Learner => ({
  id,
  username: null,
  firstName: null,
  lastName: null,
  avatarUrl: null,
  bio: null,
  preferences: defaultPreferences,
})

/** Gives a learner seen for the first time a row. Repeating it changes nothing. */
export const welcome = (learners: Learners, id: string): Promise<Learner> =>
  learners.change(id, (learner) => ({ learner: learner ?? newLearner(id) }))

export function updatePreferences(learners: Learners, id: string, input: PreferencesInput): Promise<Learner> {
  const given = checkedPreferences(input)
  return learners.change(id, (learner) => {
    const before = learner ?? newLearner(id)
    return { learner: { ...before, preferences: { ...before.preferences, ...given } } }
  })
}

/** Preferences are seen by their owner alone; everybody else gets null, never an error. */
export const preferencesFor = (
  viewerId: string | undefined,
  { id, preferences }: Learner,
): Preferences | null => (id === viewerId ? preferences : null)
