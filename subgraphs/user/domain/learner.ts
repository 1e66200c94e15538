import type { Happening } from './happening.ts'
import {
  checkedPreferences,
  defaultPreferences,
  guestWins,
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
  onboarding: Onboarding
  preferences: Preferences
}

export type AgeRange = 'AGE_13_17' | 'AGE_18_24' | 'AGE_25_34' | 'AGE_35_44' | 'AGE_45_54' | 'AGE_55_PLUS'
export type StartingLevel = 'BEGINNER' | 'ELEMENTARY' | 'INTERMEDIATE' | 'ADVANCED'

/** What a learner tells about themselves at the beginning; seen by nobody else. */
export type Onboarding = {
  ageRange: AgeRange | null
  howHeard: string | null
  whyLearn: string | null
  level: StartingLevel | null
  /** Null: not completed yet. */
  completedAt: Date | null
}

/** What becomes of a learner: the row as it shall stand, and what happened. */
export type Change = { learner: Learner; happened: Happening[] }

/** All that the rules ask of storage. `store/learners.ts` answers with Prisma, the tests with a Map. */
export type Learners = {
  /** The learners of the given ids in their order, null for an unknown one; one statement for all. */
  byIds(ids: readonly string[]): Promise<(Learner | null)[]>
  byUsername(username: string): Promise<Learner | null>
  /** Which of the given usernames somebody has. */
  taken(usernames: readonly string[]): Promise<Set<string>>
  /**
   * The only way to write a learner: locks them, applies `decide` (null: not seen before), and keeps what it says,
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
  onboarding: { ageRange: null, howHeard: null, whyLearn: null, level: null, completedAt: null },
  preferences: defaultPreferences,
})

/** Gives a learner seen for the first time a row. Repeating it changes nothing, and locks nothing. */
export async function welcome(learners: Learners, id: string): Promise<Learner> {
  const [known] = await learners.byIds([id])
  return known ?? learners.change(id, (learner) => ({ learner: learner ?? newLearner(id), happened: [] }))
}

const preferring = (before: Learner, given: Partial<Preferences>): Change => {
  if (Object.keys(given).length === 0) return { learner: before, happened: [] }
  const learner = { ...before, preferences: { ...before.preferences, ...given } }
  return { learner, happened: [{ type: 'user.preferences.updated', ...learner.preferences }] }
}

/** Keeps the given preferences. Throws BAD_USER_INPUT that names each one that breaks a rule. */
export function updatePreferences(learners: Learners, id: string, input: PreferencesInput): Promise<Learner> {
  const given = checkedPreferences(input)
  return learners.change(id, (learner) => preferring(learner ?? newLearner(id), given))
}

/** Takes over what a guest chose before signing up, where it wins; `merged` names those preferences. Throws BAD_USER_INPUT. */
export async function mergeGuestPreferences(
  learners: Learners,
  id: string,
  input: PreferencesInput,
): Promise<{ learner: Learner; merged: string[] }> {
  const guest = checkedPreferences(input)
  let merged: string[] = []
  const learner = await learners.change(id, (before) => {
    const own = before ?? newLearner(id)
    const wins = guestWins(own.preferences, guest)
    merged = Object.keys(wins)
    return preferring(own, wins)
  })
  return { learner, merged }
}
